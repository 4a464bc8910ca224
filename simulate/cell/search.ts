import { routeTiming } from '../../lib/ingest/policy/route-timing.ts';
import { WorkerRound } from '../../lib/ingest/policy/worker-round.ts';
import type { GoneWorker } from '../../lib/protocol/relay/hello.ts';
import { pauseMs } from '../../lib/retry/policy/backoff.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { facts } from '../world/facts.ts';
import { type AdmissionAnswer, admit } from './admission.ts';
import type { Cell } from './cell.ts';
import type { IngestProxy, Publisher, Worker } from './members.ts';

export interface SearchRequest {
  readonly deadlineMs: number;
  /** The broadcast had a worker. */
  readonly moves: boolean;
  readonly movesFrom?: MemberId;
  readonly avoid?: MemberId | undefined;
  /** The worker whose lease expired before the proxy's eyes. */
  readonly gone?: GoneWorker | undefined;
  /** Asks each worker once. */
  readonly once?: boolean;
  readonly ready?: () => void;
}

/**
 * A proxy looks for a publisher's worker: `WorkerRouter` of lib/ingest, without sockets. Each round reads the lease and then asks
 * workers in the order of `WorkerRound`. Undefined if none took it in time.
 */
export async function search(
  cell: Cell,
  publisher: Publisher,
  proxy: IngestProxy,
  request: SearchRequest,
): Promise<Worker | undefined> {
  const { timeline, ledger, random } = cell;
  const { deadlineMs, moves, movesFrom, avoid, once = false } = request;
  const isOver = (): boolean => publisher.ended || !proxy.alive || publisher.proxy !== proxy;
  for (;;) {
    const lease = cell.readLease(publisher.id);
    await timeline.sleep(facts.storeMs);
    const { id: streamId } = publisher;
    const round = new WorkerRound({ streamId, lease, fleet: proxy.view, moves, movesFrom, avoid });
    for (let member = round.next(); member; member = round.next()) {
      if (isOver() || timeline.nowMs >= deadlineMs) return undefined;
      ledger.asked++;
      const worker = cell.workers.get(member.id);
      const answer = await ask(cell, publisher, worker, request);
      if (answer.accepted) return worker;
      ledger.refusals++;
      round.refused(answer.holder);
    }
    const pause = routeTiming.betweenRounds;
    if (once || isOver() || timeline.nowMs + pause.firstMs >= deadlineMs) return undefined;
    await timeline.sleep(pauseMs(pause, 1, random.next()));
  }
}

async function ask(
  cell: Cell,
  publisher: Publisher,
  worker: Worker | undefined,
  { movesFrom, gone, ready }: SearchRequest,
): Promise<AdmissionAnswer> {
  await cell.timeline.sleep(facts.networkMs);
  // A task that is gone has no address; one in a lost zone doesn't answer at all.
  if (!worker) return { accepted: false };
  if (worker.alive) return await admit(cell, worker, publisher, { movesFrom, gone, ...(ready && { ready }) });
  await cell.timeline.sleep(routeTiming.connectTimeoutMs);
  return { accepted: false };
}
