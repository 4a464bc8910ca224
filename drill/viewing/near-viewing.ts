import { followTimes } from '../../lib/canary/policy/continuity.ts';
import type { DrillContext, Measure } from '../model.ts';
import { type PartPlayback, playParts } from './part-playback.ts';
import type { PartViewer, SeenPart, SeenRendition } from './part-viewer.ts';

/** What viewers close to the live edge had of a broadcast: of each figure the worst of their renditions. */
export interface NearViewing extends PartPlayback {
  /** Places where a part does not begin where the one before ended. */
  readonly breaks: number;
  /** The longest time between two parts. */
  readonly gapMs: number;
}

const neverStarted: PartPlayback = {
  spans: [],
  mixed: Number.NaN,
  stalls: Number.NaN,
  longestStallMs: Number.NaN,
  backAtTargetMs: Number.NaN,
};

export function nearViewing({ seen }: PartViewer): NearViewing {
  const all = [...seen.values()].map(viewingOf);
  const worst = (of: (one: NearViewing) => number): number =>
    all.length === 0 ? Number.NaN : Math.max(...all.map(of));
  return {
    spans: all.flatMap(({ spans }) => spans),
    mixed: worst(({ mixed }) => mixed),
    stalls: worst(({ stalls }) => stalls),
    longestStallMs: worst(({ longestStallMs }) => longestStallMs),
    backAtTargetMs: worst(({ backAtTargetMs }) => backAtTargetMs),
    breaks: worst(({ breaks }) => breaks),
    gapMs: worst(({ gapMs }) => gapMs),
  };
}

function viewingOf({ parts, holdBackMs }: SeenRendition): NearViewing {
  const gaps = parts.slice(1).map(({ arrivedAtMs }, at) => arrivedAtMs - parts[at]!.arrivedAtMs);
  const shown = shownParts(parts).map(({ number, media, discontinuity }) => ({
    number,
    media,
    discontinuity,
    gap: false,
  }));
  return {
    ...(playParts(parts, holdBackMs) ?? neverStarted),
    breaks: followTimes(shown).breaks,
    gapMs: Math.max(0, ...gaps),
  };
}

/** What a decoder gets: a segment that was taken whole stands for what the player had of it. */
export function shownParts(parts: readonly SeenPart[]): SeenPart[] {
  const whole = new Set(parts.filter(({ isWhole }) => isWhole).map(({ number }) => number));
  return parts
    .filter(({ number, isWhole }) => isWhole || !whole.has(number))
    .toSorted((a, b) => a.number - b.number || a.index - b.index);
}

/** The same as one piece of media, each init segment in front of what needs it. */
export function shownMedia(parts: readonly SeenPart[]): Buffer {
  const pieces = shownParts(parts).flatMap(({ init, media }, at, all) =>
    init === all[at - 1]?.init ? [media] : [init, media],
  );
  return Buffer.concat(pieces);
}

/** What viewers close to the live edge may notice of a fault. */
export interface NearLimits {
  readonly stallSeconds: number;
}

/** None of a fault may make a player decode pictures of two encoders, or skip; `limits`: how long it may stand still. */
export function nearMeasures(near: NearViewing, limits: NearLimits | undefined): Measure[] {
  return [
    { name: "parts on top of another encoder's", value: near.mixed, unit: '', limit: 0 },
    { name: 'breaks of tfdt between parts', value: near.breaks, unit: '', limit: 0 },
    ...(limits === undefined
      ? []
      : ([
          {
            name: 'longest stall near the live edge',
            value: near.longestStallMs / 1000,
            unit: 's',
            limit: limits.stallSeconds,
          },
          {
            name: 'back at its target near the live edge',
            value: near.backAtTargetMs / 1000,
            unit: 's',
            limit: 15,
          },
        ] satisfies Measure[])),
  ];
}

export function drawParts(context: DrillContext, { seen, errors }: PartViewer, faultAtMs: number): void {
  const [parts = []] = [...seen.values()].map((each) => each.parts);
  for (const { number, index, arrivedAtMs } of parts)
    context.mark('parts', index === 0 ? `${number}` : '', arrivedAtMs);
  const next = parts.find(({ arrivedAtMs }) => arrivedAtMs > faultAtMs);
  if (next) context.span('parts', 'nothing new', faultAtMs, next.arrivedAtMs, 'fault');
  for (const [url, { parts: got, holdBackMs }] of seen) {
    const lane = `player of ${new URL(url).pathname.split('/').at(-2)}`;
    for (const { fromMs, toMs } of playParts(got, holdBackMs)?.spans ?? [])
      context.span(lane, `stalls ${Math.round(toMs - fromMs)} ms`, fromMs, toMs, 'bad');
  }
  for (const { atMs, reason } of errors) context.mark('viewer errors', reason, atMs);
}
