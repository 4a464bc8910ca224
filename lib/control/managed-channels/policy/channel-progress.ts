import { defaultLadder } from '../../../config/ladder.ts';
import { channelFailures } from '../../../control-store/managed/channel-failures.ts';
import type { ChannelState } from '../../../control-store/managed/channel-states.ts';
import type { ChannelRun, PendingEntry } from '../../../control-store/managed/managed-channel.ts';
import { channelCost } from '../../../cost/medialive.ts';
import { type ChannelCommand, type ChannelEvent, type ChannelStep, channelStep } from './channel-machine.ts';
import type { ObservedChannel, ObservedInput } from './channel-observations.ts';
import type { PlanOptions } from './channel-plan.ts';

/** What an observation or a command revealed. */
export type ChannelFacts = Partial<Pick<ChannelRun, 'inputId' | 'endpoints' | 'channelId' | 'startedAtMs'>>;

export const inputFacts = ({ id, endpoints }: ObservedInput): ChannelFacts => ({
  inputId: id,
  ...(endpoints.length > 0 && { endpoints }),
});

export const channelFacts = ({ id, event }: ObservedChannel, nowMs: number): ChannelFacts => ({
  channelId: id,
  ...((event === 'channel-starting' || event === 'channel-running') && { startedAtMs: nowMs }),
});

/**
 * Picks from the current events the first that leads to another state; otherwise the first that makes a command due again;
 * otherwise the last, which changes nothing.
 */
export function decideStep(
  state: ChannelState,
  events: readonly ChannelEvent[],
): readonly [ChannelEvent, ChannelStep] {
  const steps = events.map((event) => [event, channelStep(state, event)] as const);
  const moving = steps.find(([, { to, failure }]) => to !== state || failure !== undefined);
  const working = steps.find(([, { command }]) => command !== undefined);
  return moving ?? working ?? steps.at(-1) ?? ['trouble', { to: state }];
}

/** Whether a command decided for `state` may still be given: another driver may have advanced the run since. */
export function isDue(run: ChannelRun, state: ChannelState, command: ChannelCommand): boolean {
  const makes = command === 'create-input' || command === 'create-channel' || command === 'start';
  return run.state === state && !(makes && run.intent === 'unwanted');
}

/** The run after a step; the same object if nothing changed. */
export function progress(
  run: ChannelRun,
  facts: ChannelFacts,
  { to, failure }: ChannelStep,
  nowMs: number,
): ChannelRun {
  const known = withFacts(run, facts);
  if (to === run.state && !failure) return known;
  return {
    ...known,
    ...(to !== run.state && { state: to, sinceMs: nowMs }),
    ...(failure && { intent: 'unwanted' as const, failure: { reason: failure, atMs: nowMs } }),
    ...(hasStopped(known, to) && { stoppedAtMs: nowMs }),
  };
}

/** The start time and the endpoints are recorded only once. */
function withFacts(
  run: ChannelRun,
  { inputId, channelId, endpoints, startedAtMs }: ChannelFacts,
): ChannelRun {
  const fresh: ChannelFacts = {
    ...(inputId !== undefined && inputId !== run.inputId && { inputId }),
    ...(channelId !== undefined && channelId !== run.channelId && { channelId }),
    ...(endpoints !== undefined && run.endpoints === undefined && { endpoints }),
    ...(startedAtMs !== undefined && run.startedAtMs === undefined && { startedAtMs }),
  };
  return Object.keys(fresh).length > 0 ? { ...run, ...fresh } : run;
}

/** Whether a started channel is now seen to have stopped. */
const hasStopped = (run: ChannelRun, to: ChannelState): boolean =>
  run.startedAtMs !== undefined &&
  run.stoppedAtMs === undefined &&
  (to === 'deleting-channel' || to === 'deleting-input' || to === 'gone');

/** The journal entries for a step. */
export function journalEntriesOf(
  before: ChannelRun,
  after: ChannelRun,
  atMs: number,
  options: PlanOptions,
): PendingEntry[] {
  const about = { broadcastId: after.broadcastId, atMs };
  const entries: PendingEntry[] = [];
  const entered = (state: ChannelState): boolean => after.state === state && before.state !== state;
  if (entered('live')) {
    const data = { channelId: after.channelId ?? '', tookMs: atMs - after.askedAtMs };
    entries.push({ ...about, type: 'managed.channel.running', data });
  }
  if (after.failure && !before.failure) {
    const { words, fallback } = channelFailures[after.failure.reason];
    entries.push({ ...about, type: 'managed.channel.failed', data: { detail: words, fallback } });
  }
  if (entered('deleting-input') && after.channelId) {
    const ranMs = after.startedAtMs === undefined ? 0 : (after.stoppedAtMs ?? atMs) - after.startedAtMs;
    const data = { channelId: after.channelId, ranMs, costUsd: costOf(after, ranMs, atMs, options) };
    entries.push({ ...about, type: 'managed.channel.deleted', data });
  }
  return entries;
}

function costOf(
  { askedAtMs, source }: ChannelRun,
  ranMs: number,
  nowMs: number,
  { ladder = defaultLadder, channelClass }: PlanOptions,
): number {
  return channelCost(ladder, {
    channelClass,
    ...(source && { frameRate: source.frameRate }),
    ranMs,
    idleMs: Math.max(0, nowMs - askedAtMs - ranMs),
  });
}
