import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../agent.ts';
import { cpuMsOfTrees, memoryOfTrees } from '../process-stat.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { LoadTarget, Mode } from './load-publisher.ts';
import type { Arrival, RelaySink } from './relay-sink.ts';
import type { RelaySubject } from './relay-subject.ts';

export interface RelayLoad {
  readonly publishers: number;
  readonly bitrateBps: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** One relay under one load, once. */
export interface RelayRound {
  readonly cpuMsPerStreamSecond: number;
  readonly cpuSecondsPerGb: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Media rate that arrived, in bit/s of payload. */
  readonly arrivedBps: number;
  /** Messages that were sent after the first one that arrived, but did not arrive. */
  readonly lostMessages: number;
  /** Messages before the first one that arrived: a relay that connects late drops them. */
  readonly lateMessages: number;
  readonly rssKbPerPublisher: number;
  readonly pssKbPerPublisher: number;
  /** The part of the memory above that is media kept for a replay, as calculated at the sink. */
  readonly replayKbPerPublisher: number;
}

/** How long one publisher is live before the idle relay's memory is measured, as a share of the warm-up. */
const firstPublisherShare = 1 / 4;
/** Everything sent must arrive within this. */
const arriveWithinMs = 5_000;

/** Starts everything anew, measures one window of steady state, stops everything. */
export async function relayRound(subject: RelaySubject, mode: Mode, load: RelayLoad): Promise<RelayRound> {
  await using stack = new AsyncDisposableStack();
  const sink = new Agent<RelaySink>('relay/relay-sink.ts');
  stack.defer(() => sink.stop());
  const generator = new Agent<LoadGenerator>('relay/load-generator.ts');
  stack.defer(() => generator.stop());
  const sinkPort = await sink.call('listen', { kind: subject.sinkKind });
  const relay = await subject.start(sinkPort, load.publishers);
  stack.defer(() => relay.stop());
  const publish = (targets: LoadTarget[]) =>
    generator.call('publish', { mode, bitrateBps: load.bitrateBps, targets });

  // Compiled code and heaps that grew once are a cost of the process, not of a publisher.
  await publish(relay.targets.slice(0, 1));
  await sleep(load.warmUpMs * firstPublisherShare);
  await generator.call('finish');
  await generator.call('close');
  await sink.call('forget');
  const idle = memoryOfTrees(relay.pids);
  await publish(relay.targets);
  await sleep(load.warmUpMs);

  const cpuBefore = cpuMsOfTrees(relay.pids);
  const startMs = performance.now();
  await sink.call('begin');
  await sleep(load.measureMs);
  const cpuMs = cpuMsOfTrees(relay.pids) - cpuBefore;
  const seconds = (performance.now() - startMs) / 1_000;
  const arrived = await sink.call('end');
  const busy = memoryOfTrees(relay.pids);

  const sent = await generator.call('finish');
  const { lost, late } = await awaitArrival(sink, sent);
  await generator.call('close');
  return {
    cpuMsPerStreamSecond: cpuMs / seconds / load.publishers,
    cpuSecondsPerGb: cpuMs / 1_000 / (arrived.payloadBytes / 1e9),
    latencyMs: arrived.latencyMs,
    arrivedBps: (arrived.payloadBytes * 8) / seconds,
    lostMessages: lost,
    lateMessages: late,
    rssKbPerPublisher: (busy.rssKb - idle.rssKb) / load.publishers,
    pssKbPerPublisher: (busy.pssKb - idle.pssKb) / load.publishers,
    replayKbPerPublisher:
      subject.sinkKind === 'relay' ? arrived.unconfirmedBytes / 1_024 / load.publishers : 0,
  };
}

/** Waits until every publisher's last message has arrived, then counts what is missing in between. */
async function awaitArrival(sink: Agent<RelaySink>, sent: number[]): Promise<{ lost: number; late: number }> {
  const deadline = performance.now() + arriveWithinMs;
  for (;;) {
    const missing = countMissing(sent, await sink.call('arrivals'));
    if (missing.lost === 0 || performance.now() > deadline) return missing;
    await sleep(50);
  }
}

/** `sent`: messages per publisher. A publisher of which nothing arrived counts as entirely lost. */
export function countMissing(
  sent: readonly number[],
  arrivals: readonly Arrival[],
): { lost: number; late: number } {
  let lost = 0;
  let late = 0;
  for (const [publisher, count] of sent.entries()) {
    const arrival = arrivals.find((one) => one.publisher === publisher);
    late += arrival?.firstSequence ?? 0;
    lost += count - (arrival?.firstSequence ?? 0) - (arrival?.messages ?? 0);
  }
  return { lost, late };
}
