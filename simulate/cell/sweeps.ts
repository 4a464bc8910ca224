import type { BroadcastReference } from '../../lib/control-store/records.ts';
import { workerTiming } from '../../lib/encoder/policy/worker-timing.ts';
import type { BroadcastId } from '../../lib/routing/ids.ts';
import { admit } from './admission.ts';
import type { Cell } from './cell.ts';
import type { Worker } from './members.ts';

/** Workers look for abandoned broadcasts: `Worker` of lib/encoder; `SweepTurn` decides which ones, and whether they are. */
export function startSweeps(cell: Cell): void {
  const { timeline } = cell;
  const turns = 10;
  const everyMs = workerTiming.sweepMs;
  let open: readonly BroadcastReference[] = [];
  timeline.every(1_000, 0, () => {
    open = [...cell.publishers.values()]
      .filter(({ worker }) => worker !== undefined)
      .map(({ id }) => ({ streamId: id, id: id as string as BroadcastId }))
      .sort((a, b) => (a.streamId < b.streamId ? -1 : 1));
  });
  for (let turn = 0; turn < turns; turn++)
    timeline.every(everyMs, 1 + (turn * everyMs) / turns, () => {
      let at = 0;
      for (const worker of cell.livingWorkers) if (at++ % turns === turn) sweep(cell, worker, open);
    });
}

function sweep(cell: Cell, worker: Worker, open: readonly BroadcastReference[]): void {
  if (!hasRoom(worker)) return;
  for (const streamId of worker.turn.begin(pageOf(open, worker.turn.page))) {
    if (!hasRoom(worker) || worker.watch.away) return;
    if (worker.publishers.has(streamId)) continue;
    const lease = cell.readLease(streamId, { isEventual: true });
    if (!lease || !worker.turn.isAbandoned(lease, cell.timeline.nowMs, worker.watch)) continue;
    const publisher = cell.publishers.get(streamId);
    if (!publisher) continue;
    void admit(cell, worker, publisher).then(({ accepted }) => {
      cell.ledger.swept += Number(accepted);
    });
  }
}

const hasRoom = (worker: Worker): boolean => worker.load < worker.capacity && !worker.draining;

/** What the control store's index answers. */
function pageOf(
  open: readonly BroadcastReference[],
  { limit, cursor }: { limit: number; cursor?: string },
): { broadcasts: readonly BroadcastReference[]; cursor?: string } {
  let [from, to] = [0, open.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (cursor === undefined || open[middle]!.streamId > cursor) to = middle;
    else from = middle + 1;
  }
  const broadcasts = open.slice(from, from + limit);
  const last = broadcasts.at(-1);
  return from + limit < open.length && last ? { broadcasts, cursor: last.streamId } : { broadcasts };
}
