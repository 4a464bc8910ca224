import type { PushState } from '../../control-store/push-states.ts';
import { pauseMs, type RetryPolicy, spread } from '../../retry/policy/backoff.ts';

/** The phase of one push. `closing`: sends what is queued, then ends the publish. */
export type PushPhase =
  | 'resolving'
  | 'dialing'
  | 'publishing'
  | 'live'
  | 'waiting'
  | 'closing'
  | 'refused'
  | 'ended';

export type PushEventType =
  /** The name was resolved, to addresses that we may connect to. */
  | 'resolved'
  | 'connected'
  /** The server accepted the publish. */
  | 'published'
  /** The attempt or the connection failed in a way that may be temporary. */
  | 'lost'
  /** The server refused. */
  | 'rejected'
  /** We may not push there: an internal address, a redirect, unusable settings. */
  | 'forbidden'
  /** The phase has reached its time limit; in `waiting`: the next attempt is due. */
  | 'late'
  /** Nothing more will be pushed. */
  | 'stop'
  /** The connection was closed cleanly. */
  | 'closed';

export interface PushEvent {
  readonly type: PushEventType;
  /** Set for `lost`, `rejected` and `forbidden`, for people to read. */
  readonly detail?: string;
}

/** What the owner of the sockets must do. `drop`: abandon the attempt or the connection at once. */
export type PushAction = 'resolve' | 'dial' | 'greet' | 'drop' | 'finish';

interface Step {
  readonly to: PushPhase | 'retry' | 'reject';
  readonly actions: readonly PushAction[];
}

/** Nothing happens: the event is late, or doesn't apply to the phase. */
const stay = undefined;
const retry: Step = { to: 'retry', actions: ['drop'] };
const reject: Step = { to: 'reject', actions: ['drop'] };
const refuse: Step = { to: 'refused', actions: ['drop'] };
const quit: Step = { to: 'ended', actions: ['drop'] };

/** Every phase with every event. */
const table: Readonly<Record<PushPhase, Readonly<Record<PushEventType, Step | undefined>>>> = {
  resolving: {
    resolved: { to: 'dialing', actions: ['dial'] },
    connected: stay,
    published: stay,
    lost: retry,
    rejected: stay,
    forbidden: refuse,
    late: retry,
    stop: quit,
    closed: stay,
  },
  dialing: {
    resolved: stay,
    connected: { to: 'publishing', actions: ['greet'] },
    published: stay,
    lost: retry,
    rejected: stay,
    forbidden: refuse,
    late: retry,
    stop: quit,
    closed: stay,
  },
  publishing: {
    resolved: stay,
    connected: stay,
    published: { to: 'live', actions: [] },
    lost: retry,
    rejected: reject,
    forbidden: refuse,
    late: retry,
    stop: quit,
    closed: retry,
  },
  live: {
    resolved: stay,
    connected: stay,
    published: stay,
    lost: retry,
    rejected: reject,
    forbidden: refuse,
    late: stay,
    stop: { to: 'closing', actions: ['finish'] },
    closed: retry,
  },
  waiting: {
    resolved: stay,
    connected: stay,
    published: stay,
    lost: stay,
    rejected: stay,
    forbidden: refuse,
    late: { to: 'resolving', actions: ['resolve'] },
    stop: quit,
    closed: stay,
  },
  closing: {
    resolved: stay,
    connected: stay,
    published: stay,
    lost: quit,
    rejected: quit,
    forbidden: quit,
    late: quit,
    stop: stay,
    closed: quit,
  },
  refused: {
    resolved: stay,
    connected: stay,
    published: stay,
    lost: stay,
    rejected: stay,
    forbidden: stay,
    late: stay,
    stop: quit,
    closed: stay,
  },
  ended: {
    resolved: stay,
    connected: stay,
    published: stay,
    lost: stay,
    rejected: stay,
    forbidden: stay,
    late: stay,
    stop: stay,
    closed: stay,
  },
};

/** How long a phase may last, in ms; `waiting` lasts as long as the back-off. */
export const phaseLimitsMs: Readonly<Partial<Record<PushPhase, number>>> = {
  resolving: 5_000,
  dialing: 8_000,
  publishing: 10_000,
  closing: 3_000,
};

const afterFaults: RetryPolicy = { firstMs: 1_000, longestMs: 60_000, jitter: 0.25 };
/** Minimum wait after a refusal, before jitter. */
const shortestRejectedMs = 5_000;
/** This many refusals in a row are final. A server that still holds our previous connection refuses for a minute or two. */
const maxRejections = 10;
/** A push that was live for this long was healthy: the next fault counts as a new one. */
const steadyMs = 60_000;

/** A push, as data. Times are monotonic milliseconds. */
export interface PushModel {
  readonly phase: PushPhase;
  /** When `late` is due. */
  readonly deadlineMs: number | undefined;
  /** Consecutive. */
  readonly failures: number;
  readonly rejections: number;
  readonly liveSinceMs: number | undefined;
  /** The last failure since it was last live. */
  readonly detail: string | undefined;
}

/** A new push; the first action is `resolve`. */
export function beginPush(nowMs: number): PushModel {
  return {
    phase: 'resolving',
    deadlineMs: nowMs + (phaseLimitsMs.resolving ?? 0),
    failures: 0,
    rejections: 0,
    liveSinceMs: undefined,
    detail: undefined,
  };
}

/** `random`: from 0 up to 1; spreads the attempts of many pushes to one server that was down. */
export function stepPush(
  model: PushModel,
  event: PushEvent,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): { readonly model: PushModel; readonly actions: readonly PushAction[] } {
  const step = table[model.phase][event.type];
  if (step === undefined) return { model, actions: [] };
  const { actions } = step;
  if (step.to === 'retry' || step.to === 'reject') {
    return { model: failed(model, event, step.to, nowMs, random), actions };
  }
  const limitMs = phaseLimitsMs[step.to];
  const next = {
    ...model,
    phase: step.to,
    deadlineMs: limitMs === undefined ? undefined : nowMs + limitMs,
  };
  if (step.to === 'live') return { model: { ...next, liveSinceMs: nowMs, detail: undefined }, actions };
  if (step.to === 'refused') return { model: { ...next, detail: event.detail }, actions };
  return { model: next, actions };
}

/** The state shown to people: a push that failed counts as waiting until it is live, even during an attempt. */
export function publicState({ phase, failures }: PushModel): PushState {
  if (phase === 'refused' || phase === 'ended' || phase === 'waiting' || phase === 'live') return phase;
  if (phase === 'closing') return 'live';
  return failures > 0 ? 'waiting' : 'connecting';
}

function failed(
  model: PushModel,
  event: PushEvent,
  kind: 'retry' | 'reject',
  nowMs: number,
  random: number,
): PushModel {
  const steady =
    model.phase === 'live' && model.liveSinceMs !== undefined && nowMs - model.liveSinceMs >= steadyMs;
  const failures = (steady ? 0 : model.failures) + 1;
  const rejections = (steady ? 0 : model.rejections) + (kind === 'reject' ? 1 : 0);
  const late = event.type === 'late' ? timeoutDetails[model.phase] : undefined;
  const detail = event.detail ?? late ?? 'the server closed the connection';
  const base = { ...model, failures, rejections, detail };
  if (rejections >= maxRejections) return { ...base, phase: 'refused', deadlineMs: undefined };
  const shortestMs = kind === 'reject' ? spread(shortestRejectedMs, afterFaults.jitter, random) : 0;
  const waitMs = Math.max(pauseMs(afterFaults, failures, random), shortestMs);
  return { ...base, phase: 'waiting', deadlineMs: nowMs + waitMs };
}

const timeoutDetails: Readonly<Partial<Record<PushPhase, string>>> = {
  resolving: 'DNS lookup timed out',
  dialing: 'no response',
  publishing: 'the server did not answer the publish request in time',
};
