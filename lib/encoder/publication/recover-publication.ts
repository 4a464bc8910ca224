import pMap from 'p-map';
import type { BroadcastRecord } from '../../control-store/records.ts';
import {
  broadcastPrefix,
  dashManifestName,
  hlsIndexName,
  hlsPlaylistName,
  posterName,
  segmentName,
  storyboardName,
  streamPrefix,
} from '../../object-store/object-names.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { fenceObject } from './fence-object.ts';
import { storedSprites } from './policy/pictures/storyboard.ts';
import { type IndexMarks, readIndexMarks } from './policy/recovery/index-marks.ts';
import { type RestoredPublication, restorePublication } from './policy/recovery/restore.ts';
import { initNamesOf, lastNamed, ownNumbersOf } from './policy/recovery/stored-playlist.ts';
import { readSegmentFacts } from './policy/recovery/stored-segment.ts';
import type { SegmentFacts } from './policy/segment-facts.ts';

/** What another worker, or this one before a restart, left of a broadcast. */
export interface UnfinishedBroadcast {
  readonly record: BroadcastRecord;
  readonly published: RestoredPublication;
  /** True if its previous holder released it; otherwise that worker disappeared. */
  readonly handedOver?: boolean;
}

/** A day of segments of one rendition; of a longer broadcast of an earlier release only this many are recovered. */
const maxListed = 50_000;
const pageSize = 1000;
/**
 * How far behind the last named number segments are looked for: more than a writer's playlists are ever behind, with all that it writes
 * at once.
 */
const mostUnnamed = 40;
/** Segments that are read at once. */
const readsAtOnce = 16;

/**
 * Reads what a broadcast left in the origin; undefined if it published nothing. Its previous writer can't name any further
 * segments from then on, and those that it stored without naming them are found. Throws as `fenceObject` does.
 */
export async function recoverPublication(
  objects: ObjectStore,
  region: string,
  record: BroadcastRecord,
  epoch: number,
): Promise<RestoredPublication | undefined> {
  const prefix = broadcastPrefix(region, record.streamId, record.id);
  const claim = (key: string): Promise<string> => fenceObject(objects, key, epoch);
  const claimed = new Map<string, Promise<string>>();
  const claimPlaylist = (id: string): Promise<string> => {
    const known = claimed.get(id) ?? claim(`${prefix}${id}/${hlsPlaylistName}`);
    claimed.set(id, known);
    return known;
  };
  const [manifest, index, storyboard, poster] = await Promise.all([
    claim(prefix + dashManifestName),
    claim(prefix + hlsIndexName),
    claim(prefix + storyboardName),
    objects.get(prefix + posterName),
    claim(streamPrefix(region, record.streamId) + dashManifestName),
    claim(streamPrefix(region, record.streamId) + storyboardName),
    ...record.renditions.map(({ id }) => claimPlaylist(id)),
  ]);
  const marks = readIndexMarks(index);
  // The record has only what was made last, and may be older or newer than the playlist.
  const unmarked = record.renditions.filter(({ id }) => !marks.renditions.some((each) => each.id === id));
  const renditions = [...marks.renditions, ...unmarked];
  const playlists = new Map<string, string>();
  const claims = renditions.map(async ({ id }) => {
    const playlist = await claimPlaylist(id);
    if (playlist !== '') playlists.set(id, playlist);
  });
  await Promise.all(claims);
  if (playlists.size === 0) return undefined;
  const named = lastNamed(playlists);
  const numbers = new Map<string, number[]>();
  const inits = new Map<string, Buffer>();
  const unnamed = new Map<string, ReadonlyMap<number, SegmentFacts>>();
  const readInit = async (name: string): Promise<void> => {
    const init = await objects.get(prefix + name);
    if (init) inits.set(name, init.body);
  };
  const readSegments = async (id: string): Promise<void> => {
    const known = namedNumbers(marks, id, named, playlists.get(id) ?? '');
    const folder = `${prefix}${id}/`;
    const listed = known ? await listFrom(objects, folder, named + 1) : await listAll(objects, folder);
    numbers.set(id, [...(known ?? []), ...listed]);
    unnamed.set(
      id,
      await readFacts(
        objects,
        folder,
        listed.filter((number) => number > named),
      ),
    );
  };
  await Promise.all(
    renditions.flatMap(({ id }) => [
      readSegments(id),
      ...initNames(marks, id, playlists.get(id) ?? '').map((name) => readInit(`${id}/${name}`)),
    ]),
  );
  const restored = restorePublication({
    renditions,
    periods: marks.periods,
    playlists,
    numbers,
    unnamed,
    inits,
    manifest,
  });
  const pictures = { sprites: storedSprites(storyboard), posterBytes: poster?.body.length ?? 0 };
  return restored && { ...restored, pictures, ...(marks.captions && { captions: marks.captions }) };
}

const initNames = ({ periods }: IndexMarks, id: string, playlist: string): string[] => {
  const marked = periods.filter((period) => period.renditions.includes(id));
  return [...new Set([...initNamesOf(playlist), ...marked.map(({ initName }) => initName)])];
};

/** The numbers up to the last named one that this rendition has, by the marks; undefined if those are of an earlier release. */
function namedNumbers(marks: IndexMarks, id: string, named: number, playlist: string): number[] | undefined {
  const begun = marks.periods.filter(({ fromNumber }) => fromNumber <= named);
  if (!marks.lacking || begun.length === 0) return undefined;
  const numbers = new Set(ownNumbersOf(playlist));
  const lacking = marks.lacking.get(id) ?? [];
  for (const period of begun) {
    if (!period.renditions.includes(id)) continue;
    // It has gone on since they were written: what ends it would have been marked.
    const toNumber = period === begun.at(-1) ? named : period.toNumber;
    for (let number = period.fromNumber; number <= toNumber; number++)
      if (!lacking.some(([from, to]) => number >= from && number <= to)) numbers.add(number);
  }
  return [...numbers];
}

/** What the segments say of themselves; those that say nothing are missing. */
async function readFacts(
  objects: ObjectStore,
  folder: string,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, SegmentFacts>> {
  const facts = new Map<number, SegmentFacts>();
  const read = async (number: number): Promise<void> => {
    const found = await objects.get(folder + segmentName(number));
    const said = found && readSegmentFacts(found.body);
    if (said) facts.set(number, said);
  };
  await pMap(numbers, read, { concurrency: readsAtOnce });
  return facts;
}

/**
 * The numbers from this one on. Keys don't sort by number, and a listing of a long broadcast takes seconds: so it asks for those that
 * begin with the same digits.
 */
async function listFrom(objects: ObjectStore, folder: string, from: number): Promise<number[]> {
  if (from < pageSize) return (await listAll(objects, folder)).filter((number) => number >= from);
  const tens = new Set<number>();
  for (let number = from; number < from + mostUnnamed; number++) tens.add(Math.floor(number / 10));
  const pages = await Promise.all([...tens].map((ten) => listAll(objects, `${folder}${ten}`)));
  return pages.flat().filter((number) => number >= from);
}

async function listAll(objects: ObjectStore, prefix: string): Promise<number[]> {
  const numbers: number[] = [];
  let after: string | undefined;
  do {
    const { keys, more } = await objects.list(prefix, {
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    for (const key of keys) {
      const number = /\/(\d+)\.m4s$/.exec(key)?.[1];
      if (number !== undefined) numbers.push(Number(number));
    }
    after = more ? keys.at(-1) : undefined;
  } while (after !== undefined && numbers.length < maxListed);
  return numbers;
}
