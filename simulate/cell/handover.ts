import { HandoffPace } from '../../lib/encoder/policy/handoff-pace.ts';
import { LeaveWatch } from '../../lib/ingest/policy/leave-watch.ts';
import { routeTiming } from '../../lib/ingest/policy/route-timing.ts';
import { pauseMs } from '../../lib/retry/policy/backoff.ts';
import { facts } from '../world/facts.ts';
import { rehome } from './broadcasters.ts';
import type { Cell } from './cell.ts';
import type { Publisher, Worker } from './members.ts';
import { search } from './search.ts';

const pollMs = 50;

/** A worker is asked to stop: its broadcasts leave one after another, as `HandoffQueue` of lib/encoder has them. */
export async function drain(cell: Cell, worker: Worker): Promise<void> {
  const { timeline } = cell;
  cell.drain(worker);
  const pace = new HandoffPace(timeline.nowMs);
  // Includes broadcasts whose lease is still being taken.
  while (worker.load > 0) {
    await handOverAll(cell, worker, pace);
    if (worker.opening > 0) await timeline.sleep(pollMs);
  }
  cell.removeWorker(worker);
}

async function handOverAll(cell: Cell, worker: Worker, pace: HandoffPace): Promise<void> {
  const { timeline } = cell;
  const waiting = [...worker.publishers.values()];
  const begun: Promise<void>[] = [];
  for (let remaining = waiting.length; remaining > 0; remaining = waiting.length) {
    const publisher = waiting.shift()!;
    const endsAtMs = pace.turnEndsAtMs(remaining, timeline.nowMs);
    const turn = handOver(cell, worker, publisher, timeline.nowMs + pace.publishersMs(timeline.nowMs));
    begun.push(turn);
    await Promise.race([turn, timeline.sleep(endsAtMs - timeline.nowMs)]);
  }
  await Promise.all(begun);
}

async function handOver(cell: Cell, worker: Worker, publisher: Publisher, untilMs: number): Promise<void> {
  const { timeline, random, ledger, leases } = cell;
  let leftAtMs: number | undefined;
  const leave = async (): Promise<void> => {
    await untilKeyframe(cell);
    leftAtMs ??= timeline.nowMs;
    const [least, most] = facts.handoverMs;
    await timeline.sleep(random.between(least, most));
    leases.release(publisher.id, timeline.nowMs);
    ledger.leases.writes.add(timeline.nowMs, 1);
  };
  while (!publisher.ended && publisher.worker === worker && timeline.nowMs < untilMs) {
    const { proxy } = publisher;
    if (proxy?.alive && !publisher.isSearching) {
      const found = await search(cell, publisher, proxy, {
        deadlineMs: timeline.nowMs + routeTiming.moveAttemptMs,
        moves: true,
        movesFrom: worker.id,
        once: true,
        ready: () => void leave(),
      });
      if (found && leftAtMs !== undefined) {
        ledger.takeovers['handed over'].push(timeline.nowMs - leftAtMs);
        const [least, most] = facts.catchUpMs;
        await timeline.sleep(random.between(least, most));
        return;
      }
    }
    await timeline.sleep(pauseMs(routeTiming.betweenMoves, 1, random.next()));
  }
  if (publisher.ended || publisher.worker !== worker) return;
  // Nobody had room: it is left for whoever has some next.
  worker.publishers.delete(publisher.id);
  leases.release(publisher.id, timeline.nowMs);
  publisher.interruptedAtMs ??= timeline.nowMs;
  if (publisher.proxy?.alive && !publisher.isSearching) void rehome(cell, publisher, 'worker lost');
}

async function untilKeyframe({ timeline, random }: Cell): Promise<void> {
  const watch = new LeaveWatch(0, timeline.nowMs);
  const keyframeAtMs = timeline.nowMs + random.between(0, facts.keyframeEveryMs);
  while (!watch.isDue(Number(timeline.nowMs >= keyframeAtMs), timeline.nowMs)) await timeline.sleep(pollMs);
}
