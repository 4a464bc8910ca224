import type { BroadcastRecord } from '../../control-store/records.ts';
import {
  broadcastPrefix,
  dashManifestName,
  hlsIndexName,
  hlsPlaylistName,
  streamPrefix,
} from '../../object-store/object-names.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { fenceObject } from './fence-object.ts';
import { readIndexMarks } from './policy/index-marks.ts';
import { initNamesOf, type RestoredPublication, restorePublication } from './policy/restore.ts';

/** What another worker, or this one before a restart, left of a broadcast. */
export interface UnfinishedBroadcast {
  readonly record: BroadcastRecord;
  readonly published: RestoredPublication;
  /** True if its previous holder released it; otherwise that worker disappeared. */
  readonly handedOver?: boolean;
}

/** A day of segments of one rendition; of a longer broadcast only this many are recovered. */
const maxListed = 50_000;
const pageSize = 1000;

/**
 * Reads what a broadcast left in the origin; undefined if it published nothing. Its previous writer can't name any further
 * segments from then on: what is read is final. Throws as `fenceObject` does.
 */
export async function recoverPublication(
  objects: ObjectStore,
  region: string,
  record: BroadcastRecord,
  epoch: number,
): Promise<RestoredPublication | undefined> {
  const prefix = broadcastPrefix(region, record.streamId, record.id);
  const claim = (key: string): Promise<string> => fenceObject(objects, key, epoch);
  const [manifest, index] = await Promise.all([
    claim(prefix + dashManifestName),
    claim(prefix + hlsIndexName),
    claim(streamPrefix(region, record.streamId) + dashManifestName),
  ]);
  const marks = readIndexMarks(index);
  // The record has only what was made last, and may be older or newer than the playlist.
  const unmarked = record.renditions.filter(({ id }) => !marks.renditions.some((each) => each.id === id));
  const renditions = [...marks.renditions, ...unmarked];
  const playlists = new Map<string, string>();
  const numbers = new Map<string, number[]>();
  const inits = new Map<string, Buffer>();
  const read = async (id: string): Promise<void> => {
    const playlist = await claim(`${prefix}${id}/${hlsPlaylistName}`);
    if (playlist === '') return;
    playlists.set(id, playlist);
    numbers.set(id, await listNumbers(objects, `${prefix}${id}/`));
    const marked = marks.periods.filter((period) => period.renditions.includes(id));
    for (const name of new Set([...initNamesOf(playlist), ...marked.map(({ initName }) => initName)])) {
      const init = await objects.get(`${prefix}${id}/${name}`);
      if (init) inits.set(`${id}/${name}`, init.body);
    }
  };
  await Promise.all(renditions.map(({ id }) => read(id)));
  const { periods } = marks;
  return restorePublication({ renditions, periods, playlists, numbers, inits, manifest });
}

async function listNumbers(objects: ObjectStore, folder: string): Promise<number[]> {
  const numbers: number[] = [];
  let after: string | undefined;
  do {
    const { keys, more } = await objects.list(folder, {
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
