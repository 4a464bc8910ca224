import { observeEveryMs, standbyEveryMs, standbyMs } from '../../lib/encoder/lease/policy/fence.ts';
import { LeaseClaim } from '../../lib/encoder/lease/policy/lease-claim.ts';
import { routeTiming } from '../../lib/ingest/policy/route-timing.ts';
import type { GoneWorker } from '../../lib/protocol/relay/hello.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { facts } from '../world/facts.ts';
import type { Cell } from './cell.ts';
import type { Publisher, Worker } from './members.ts';

export interface AdmissionAnswer {
  readonly accepted: boolean;
  /** The worker that has the lease, if another one does. */
  readonly holder?: MemberId;
}

export interface AdmissionRequest {
  readonly movesFrom?: MemberId | undefined;
  readonly gone?: GoneWorker | undefined;
  /** Room is reserved; the draining worker may release the lease. */
  readonly ready?: () => void;
}

/**
 * A worker decides about a stream: `Worker` and `LeaseTaker` of lib/encoder, without media. Its room and its state come first, then
 * the lease, which `LeaseClaim` judges.
 */
export async function admit(
  cell: Cell,
  worker: Worker,
  publisher: Publisher,
  { movesFrom, gone, ready }: AdmissionRequest = {},
): Promise<AdmissionAnswer> {
  const { timeline, ledger } = cell;
  if (publisher.worker === worker && worker.publishers.has(publisher.id)) return { accepted: true };
  if (worker.draining || worker.load >= worker.capacity) return { accepted: false };
  worker.opening++;
  try {
    ledger.streams.reads.add(timeline.nowMs, 1);
    const claim = new LeaseClaim(worker.id, { movesFrom, gone });
    const beganAtMs = timeline.nowMs;
    let readyAtMs: number | undefined;
    for (;;) {
      const lease = cell.readLease(publisher.id);
      await timeline.sleep(facts.storeMs);
      if (!worker.alive || publisher.ended) return { accepted: false };
      const verdict = claim.judge(lease, timeline.nowMs, worker.watch);
      if (verdict === 'free') return await take(cell, worker, publisher, lease);
      const isLate =
        readyAtMs === undefined
          ? timeline.nowMs - beganAtMs > routeTiming.answerTimeoutMs
          : timeline.nowMs - readyAtMs > standbyMs;
      if (verdict === 'held' || isLate || worker.draining)
        return { accepted: false, ...(lease && { holder: lease.workerId }) };
      if (verdict === 'standby' && readyAtMs === undefined) {
        readyAtMs = timeline.nowMs;
        ready?.();
      }
      await timeline.sleep(verdict === 'standby' ? standbyEveryMs : observeEveryMs);
    }
  } finally {
    worker.opening--;
  }
}

async function take(
  cell: Cell,
  worker: Worker,
  publisher: Publisher,
  observed: ReturnType<Cell['readLease']>,
): Promise<AdmissionAnswer> {
  const { timeline, ledger, leases } = cell;
  // The newest broadcast; then the lease; then the stream again, the broadcast's record, and an entry in the journal.
  ledger.streams.reads.add(timeline.nowMs, 3);
  await timeline.sleep(facts.storeMs);
  if (!worker.alive || publisher.ended) return { accepted: false };
  ledger.leases.writes.add(timeline.nowMs, 1);
  const lease = leases.take(publisher.id, worker.id, observed, timeline.nowMs);
  if (!lease) {
    const holder = leases.get(publisher.id, timeline.nowMs)?.workerId;
    return { accepted: false, ...(holder && { holder }) };
  }
  ledger.streams.writes.add(timeline.nowMs, 3);
  publisher.worker?.publishers.delete(publisher.id);
  publisher.worker = worker;
  worker.publishers.set(publisher.id, publisher);
  return { accepted: true };
}
