import pMap, { pMapSettled } from 'p-map';
import { downloadPathPattern } from '../object-store/object-names.ts';
import type { BulkObjectStore, ObjectStore } from '../object-store/ports.ts';

/** How far bulk work came before its time was up. */
export interface BulkProgress {
  readonly isDone: boolean;
  readonly objects: number;
}

interface Until {
  /** Nothing new is started after this, by `nowMs`. */
  readonly untilMs: number;
  readonly nowMs: () => number;
}

const page = { limit: 1_000 };
const movesAtOnce = 16;

/**
 * Moves all objects below one prefix to another, but for files that were made of recordings: those are deleted, because they can be made
 * again, and S3 copies nothing over 5 GB in one request. Throws the store's errors; can be interrupted and repeated.
 */
export async function moveObjects(
  objects: Pick<ObjectStore, 'list' | 'move' | 'delete'>,
  from: string,
  to: string,
  { untilMs, nowMs }: Until,
): Promise<BulkProgress> {
  let moved = 0;
  for (;;) {
    const { keys } = await objects.list(from, page);
    if (keys.length === 0) return { isDone: true, objects: moved };
    let broken = false;
    const move = async (key: string): Promise<void> => {
      if (broken || nowMs() >= untilMs) return;
      try {
        if (downloadPathPattern.test(key)) await objects.delete(key);
        else await objects.move(key, to + key.slice(from.length));
        moved++;
      } catch (cause) {
        broken = true;
        throw cause;
      }
    };
    // Wait for all of them even if one fails: none may still be moving objects if the next run reverses direction.
    const moves = await pMapSettled(keys, move, { concurrency: movesAtOnce });
    for (const outcome of moves) if (outcome.status === 'rejected') throw outcome.reason;
    if (nowMs() >= untilMs) return { isDone: false, objects: moved };
  }
}

/** Deletes all objects below the prefixes. Throws the store's errors; can be interrupted and repeated. */
export async function deleteObjects(
  objects: Pick<BulkObjectStore, 'list' | 'deleteAll'>,
  prefixes: readonly string[],
  { untilMs, nowMs }: Until,
): Promise<BulkProgress> {
  let deleted = 0;
  const results = await pMap(prefixes, async (prefix) => {
    for (;;) {
      const { keys } = await objects.list(prefix, page);
      if (keys.length === 0) return true;
      if (nowMs() >= untilMs) return false;
      await objects.deleteAll(keys);
      deleted += keys.length;
    }
  });
  return { isDone: results.every((isDone) => isDone), objects: deleted };
}
