import type { RenditionFacts } from '../../../../control-store/records.ts';
import type { CaptionChannel } from '../../../../packaging/codec/avc-captions.ts';
import { avcCodecString } from '../../../../packaging/codec/avc-config.ts';
import { segmentStartMs } from '../../../../packaging/segment-grid.ts';
import type { Sprite } from '../../../../packaging/storyboard/cells.ts';
import type { TrackHeader } from '../../../policy/track-header.ts';
import { readRatesMark } from '../measured-rates.ts';
import { extendPeriods, type NumberedHeaders } from '../period-log.ts';
import type { PublishedPeriod } from '../publication-model.ts';
import { Rendition } from '../rendition.ts';
import type { SegmentFacts } from '../segment-facts.ts';
import type { MarkedPeriod } from './index-marks.ts';
import { lastNamed, ownEntries, type PlaylistEntry, readPlaylist, timeOf } from './stored-playlist.ts';

/** What another worker, or this one before a restart, left of a broadcast in the origin. */
export interface StoredPublication {
  /** Every rendition that ever existed, as far as is known. */
  readonly renditions: readonly RenditionFacts[];
  /** Those that its multivariant playlist knows. */
  readonly periods: readonly MarkedPeriod[];
  /** Media playlists by rendition id. */
  readonly playlists: ReadonlyMap<string, string>;
  /** Numbers of the stored segments, by rendition id. Of those that no playlist names, all there are. */
  readonly numbers: ReadonlyMap<string, readonly number[]>;
  /** What the segments that no playlist names say of themselves, by rendition id. @default they can't be read */
  readonly unnamed?: ReadonlyMap<string, ReadonlyMap<number, SegmentFacts>>;
  /** Init segments by `<rendition>/<name>`. */
  readonly inits: ReadonlyMap<string, Buffer>;
  /** The broadcast's MPD. */
  readonly manifest: string;
}

/** A number that is in the origin, as far as it is, and that no playlist names. */
export interface UnnamedNumber extends NumberedHeaders {
  readonly facts: ReadonlyMap<string, SegmentFacts>;
}

/** What a publication continues from. */
export interface RestoredPublication {
  readonly startedAtMs: number;
  readonly availabilityStartMs: number;
  readonly renditions: readonly Rendition[];
  readonly periods: readonly PublishedPeriod[];
  /** The first number that no object in the origin has. */
  readonly nextNumber: number;
  /** The first number that is not there whole. Differs from `nextNumber` if a worker died while writing a segment's renditions. */
  readonly nextListed: number;
  /** What is there from `nextListed` on: whoever has the media makes those numbers again. @default nothing */
  readonly unnamed?: readonly UnnamedNumber[];
  /** @default there are none */
  readonly pictures?: RestoredPictures;
  /** Channels of captions that its pictures have had. @default none */
  readonly captions?: readonly CaptionChannel[];
}

/** What an earlier worker left of poster and storyboard. */
export interface RestoredPictures {
  readonly sprites: readonly Sprite[];
  /** Size of the broadcast's poster; 0 without one. */
  readonly posterBytes: number;
}

const videoTicks = 90_000;
const audioTicks = 48_000;

/** Reassembles a publication from what is stored; undefined if nothing that could be continued was published. */
export function restorePublication(remains: StoredPublication): RestoredPublication | undefined {
  const renditions = remains.renditions.flatMap((facts) => restoreRendition(facts, remains) ?? []);
  const reference = renditions.find(({ header }) => header.kind === 'audio') ?? renditions[0];
  if (!reference) return undefined;
  const { entries, startedAtMs } = readPlaylist(remains.playlists.get(reference.id) ?? '');
  const periods = restorePeriods(entries, renditions, remains);
  const available = /availabilityStartTime="([^"]+)"/.exec(remains.manifest)?.[1];
  const availabilityStartMs = timeOf(available);
  if (periods.length === 0 || startedAtMs === undefined || availabilityStartMs === undefined)
    return undefined;
  const unnamed = adoptWhole(periods, renditions, unnamedNumbers(periods, renditions, remains));
  const last = periods.at(-1)!;
  const highest = Math.max(...[...remains.numbers.values()].flat(), last.toNumber);
  return {
    startedAtMs,
    availabilityStartMs,
    renditions,
    periods,
    nextNumber: highest + 1,
    nextListed: last.toNumber + 1,
    unnamed,
  };
}

/** What there is behind the last period, each number with the period that was announced for it, or as the last one. */
function unnamedNumbers(
  periods: readonly PublishedPeriod[],
  renditions: readonly Rendition[],
  { periods: marked, inits, unnamed }: StoredPublication,
): UnnamedNumber[] {
  const last = periods.at(-1)!;
  const announced = marked
    .filter(({ fromNumber }) => fromNumber > last.toNumber)
    .map(({ fromNumber, initName, renditions: ids }) => ({
      fromNumber,
      initName,
      headers: headersOf(renditions, inits, ids, initName),
    }));
  const numbers = new Set([...(unnamed?.values() ?? [])].flatMap((ofId) => [...ofId.keys()]));
  return [...numbers]
    .filter((number) => number > last.toNumber)
    .sort((a, b) => a - b)
    .map((number) => {
      const { initName, headers } = announced.findLast(({ fromNumber }) => fromNumber <= number) ?? last;
      const facts = [...headers.keys()].flatMap((id) => {
        const found = unnamed?.get(id)?.get(number);
        return found ? [[id, found] as const] : [];
      });
      return { number, initName, headers, facts: new Map(facts) };
    })
    .filter(({ facts }) => facts.size > 0);
}

/**
 * Takes what is whole, up to the first number that isn't: a worker stores groups in order, and confirms them only when they are whole.
 * Returns the rest.
 */
function adoptWhole(
  periods: PublishedPeriod[],
  renditions: readonly Rendition[],
  unnamed: readonly UnnamedNumber[],
): UnnamedNumber[] {
  const isWhole = ({ facts, headers }: UnnamedNumber): boolean => facts.size === headers.size;
  const end = unnamed.findIndex((each, at) => {
    const next = (unnamed[at - 1]?.number ?? periods.at(-1)!.toNumber) + 1;
    return !isWhole(each) || each.number !== next;
  });
  const whole = end < 0 ? unnamed : unnamed.slice(0, end);
  for (const each of whole) {
    extendPeriods(periods, each);
    for (const [id, facts] of each.facts) renditions.find((one) => one.id === id)?.note(each.number, facts);
  }
  return unnamed.slice(whole.length);
}

function headersOf(
  renditions: readonly Rendition[],
  inits: StoredPublication['inits'],
  ids: readonly string[],
  initName: string,
): Map<string, TrackHeader> {
  const headers = new Map<string, TrackHeader>();
  for (const { id, header } of renditions) {
    const init = ids.includes(id) ? inits.get(`${id}/${initName}`) : undefined;
    if (init) headers.set(id, { ...header, init, codecs: codecsOf(init) ?? header.codecs });
  }
  return headers;
}

function restoreRendition(facts: RenditionFacts, remains: StoredPublication): Rendition | undefined {
  // Without one its first segment was about to be named.
  const playlist = remains.playlists.get(facts.id) ?? '';
  const own = ownEntries(playlist);
  const marked = remains.periods.filter((period) => period.renditions.includes(facts.id));
  const initName = own.at(-1)?.initName ?? marked.at(-1)?.initName;
  const init = remains.inits.get(`${facts.id}/${initName}`);
  const header = init && headerOf(facts, init);
  if (!header) return undefined;
  const seconds = new Map(own.map((entry) => [entry.number, entry.seconds]));
  const listed = remains.numbers.get(facts.id) ?? [];
  const lastListed = lastNamed(remains.playlists);
  const rates = readRatesMark(playlist) ?? { peakBps: 0, averageBps: 0 };
  const rendition = new Rendition(facts.id, header, rates.peakBps);
  for (const number of [...listed].sort((a, b) => a - b)) {
    if (number > lastListed) continue;
    const startTicks = startTicksOf(number, header);
    // If the playlist no longer lists it: up to where the next one begins.
    const durationTicks =
      Math.round((seconds.get(number) ?? 0) * header.timescale) ||
      startTicksOf(number + 1, header) - startTicks;
    // Only what all of them come to is known.
    const bytes = Math.round((rates.averageBps * durationTicks) / header.timescale / 8);
    rendition.note(number, { startTicks, durationTicks, bytes });
  }
  return rendition;
}

/**
 * Audio is cut at the first frame of 1024 samples at or after the grid; pictures start on it, or within one picture of it.
 */
function startTicksOf(number: number, { kind, timescale }: TrackHeader): number {
  const ticks = (segmentStartMs(number) * timescale) / 1000;
  return kind === 'audio' ? Math.ceil(ticks / 1024) * 1024 : ticks;
}

function headerOf(facts: RenditionFacts, init: Buffer): TrackHeader {
  const { bandwidthBps: bitrateBps, width, height, frameRate } = facts;
  const codecs = codecsOf(init) ?? facts.codecs;
  if (width === undefined || height === undefined || frameRate === undefined) {
    return {
      kind: 'audio',
      timescale: audioTicks,
      init,
      codecs,
      bitrateBps,
      sampleRate: audioTicks,
      channels: 2,
    };
  }
  return { kind: 'video', timescale: videoTicks, init, codecs, bitrateBps, width, height, frameRate };
}

/** The codec string from an init segment: it may come from a different encoder than the one in the record. */
function codecsOf(init: Buffer): string | undefined {
  const box = init.indexOf('avcC');
  return box < 0 ? undefined : avcCodecString(init.subarray(box + 4));
}

function restorePeriods(
  entries: readonly PlaylistEntry[],
  renditions: readonly Rendition[],
  { inits, periods: marked, playlists }: StoredPublication,
): PublishedPeriod[] {
  const own = renditions.map(({ id }) => ({
    id,
    numbers: ownEntries(playlists.get(id) ?? '').map(({ number }) => number),
  }));
  const listed = listedPeriods(entries);
  const [first] = listed;
  if (!first) return [];
  const before = marked.filter(({ fromNumber }) => fromNumber < first.fromNumber);
  // Segments that have slid out of the playlist belong to the first period still in it, unless that begins there.
  if (!first.isBeginning) {
    const lowest = Math.min(...renditions.flatMap(({ segments }) => [...segments.numbers()]));
    first.fromNumber = Math.min(before.pop()?.fromNumber ?? lowest, first.fromNumber);
  }
  return [
    ...before.map(({ renditions: ids, ...period }) => ({
      ...period,
      headers: headersOf(renditions, inits, ids, period.initName),
    })),
    ...listed.map(({ fromNumber, toNumber, initName }) => {
      const isIn = (number: number): boolean => number >= fromNumber && number <= toNumber;
      const ids = own.filter(({ numbers }) => numbers.some(isIn)).map(({ id }) => id);
      const continues = marked.some((period) => period.fromNumber === fromNumber && period.continues);
      return {
        fromNumber,
        toNumber,
        initName,
        continues,
        headers: headersOf(renditions, inits, ids, initName),
      };
    }),
  ];
}

interface ListedPeriod {
  fromNumber: number;
  toNumber: number;
  readonly initName: string;
  /** False if it may have begun before the playlist does. */
  readonly isBeginning: boolean;
}

function listedPeriods(entries: readonly PlaylistEntry[]): ListedPeriod[] {
  const periods: ListedPeriod[] = [];
  for (const { number, initName, discontinuity, gap } of entries) {
    const last = periods.at(-1);
    if (gap) continue;
    if (last && !discontinuity) last.toNumber = number;
    else periods.push({ fromNumber: number, toNumber: number, initName, isBeginning: discontinuity });
  }
  return periods;
}
