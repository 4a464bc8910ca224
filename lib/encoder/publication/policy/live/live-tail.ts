import { segmentMs } from '../../../../packaging/segment-grid.ts';
import type { Part } from '../../../encoding/policy/segmenting/part.ts';
import type { PublicationState, PublishedPeriod } from '../publication-model.ts';
import { Rendition } from '../rendition.ts';

/** What playlists say of a part. Its bytes are kept elsewhere. */
export type TailPart = Pick<
  Part,
  'run' | 'number' | 'index' | 'startTicks' | 'durationTicks' | 'independent'
>;

/** The live end of a broadcast that is published in parts: what `PublicationState`, which is made of whole segments, lacks. */
export interface LiveTail {
  /** Part length in ms. */
  readonly partMs: number;
  /** The encoder run that made the newest part. */
  readonly run: number;
  /**
   * Parts by rendition and segment number: of the open segment, and of the last `namedPartsMs` before it, as far as this worker made
   * them. Those of a segment are of one run, in order, without holes. No parts of a later segment than the open one: they wait until
   * that is whole.
   */
  readonly parts: ReadonlyMap<string, ReadonlyMap<number, readonly TailPart[]>>;
  /** The segment that follows the last whole one. Undefined until a rendition has a part of it. */
  readonly open?: OpenSegment;
}

export interface OpenSegment {
  readonly number: number;
  /**
   * The period it belongs to: the last one of the state, or one that begins with it, whose `toNumber` is still the number before. Its
   * init segments can be fetched.
   */
  readonly period: PublishedPeriod;
}

/** Input of the models of what viewers of a live broadcast may be told now: `state` ends with the last number that is listed. */
export interface LiveState {
  readonly state: PublicationState;
  /** Undefined if players are told of whole segments only. */
  readonly tail?: LiveTail;
}

/**
 * How long playlists name parts: three target durations from the end. They must stay available for three more after that, so 12 s from
 * when their segment is whole (rfc8216bis 6.2.2).
 */
export const namedPartsMs = 3 * segmentMs;

/** The state as players of parts see it: with the period and the renditions that begin in the open segment. */
export function withOpenSegment(state: PublicationState, tail: LiveTail): PublicationState {
  const period = tail.open?.period;
  if (!period) return state;
  const begins = state.periods.at(-1)?.fromNumber !== period.fromNumber;
  const known = new Set(state.renditions.map(({ id }) => id));
  const added = [...period.headers]
    .filter(([id]) => !known.has(id))
    .map(([id, header]) => new Rendition(id, header));
  return {
    ...state,
    periods: begins ? [...state.periods, period] : state.periods,
    renditions: added.length === 0 ? state.renditions : bestFirst([...state.renditions, ...added]),
  };
}

/** Largest picture first, sound last. */
export function bestFirst(renditions: readonly Rendition[]): Rendition[] {
  const rank = ({ header }: Rendition): number =>
    header.kind === 'video' ? header.height * header.width : -1;
  return [...renditions].sort((a, b) => rank(b) - rank(a));
}

/** A part, as its name says it; `rendition` is whose folder it is in. */
export interface PartPlace {
  readonly rendition: string;
  readonly number: number;
  readonly index: number;
  readonly run: number;
}

/**
 * The part that this rendition's encoder makes next, as a preload hint names it; undefined if none is made. A segment whose pictures
 * have a gap can turn out to have fewer parts: then the hint is replaced, and what it named never comes (rfc8216bis 6.2.6).
 */
export function nextPart(state: PublicationState, tail: LiveTail, id: string): PartPlace | undefined {
  const period = tail.open?.period ?? state.periods.at(-1);
  if (!period?.headers.has(id)) return undefined;
  if (!tail.open) return { rendition: id, number: period.toNumber + 1, index: 0, run: tail.run };
  const { number } = tail.open;
  const made = tail.parts.get(id)?.get(number) ?? [];
  return made.length < segmentMs / tail.partMs
    ? { rendition: id, number, index: made.length, run: made.at(-1)?.run ?? tail.run }
    : { rendition: id, number: number + 1, index: 0, run: tail.run };
}
