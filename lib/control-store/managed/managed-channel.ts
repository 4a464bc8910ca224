import type { BroadcastId } from '../../routing/ids.ts';
import { formatDuration } from '../format.ts';
import { type ChannelFailure, channelFailures } from './channel-failures.ts';
import { type ChannelState, isLeaving, usualStartMs } from './channel-states.ts';

/** The picture the broadcaster sends, according to its metadata. */
export interface ChannelSource {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

/** The managed channel of one broadcast, from the first request until it is fully removed. */
export interface ChannelRun {
  readonly broadcastId: BroadcastId;
  /** Of the lease under which it was requested: players are sent to it under this epoch. */
  readonly epoch: number;
  readonly intent: 'wanted' | 'unwanted';
  readonly state: ChannelState;
  /** When the state began. */
  readonly sinceMs: number;
  readonly askedAtMs: number;
  readonly source?: ChannelSource;
  /** The proxy pushes to it. */
  readonly fed: boolean;
  readonly inputId?: string;
  /** RTMP URLs with stream name, one for each pipeline. Known once the input exists. */
  readonly endpoints?: readonly string[];
  readonly channelId?: string;
  /** When MediaLive was first asked to start it, and when it was first seen stopped. The time between is billed. */
  readonly startedAtMs?: number;
  readonly stoppedAtMs?: number;
  readonly failure?: ChannelFailure;
  /** The lease's version and when it was first seen, because the worker that holds the lease may die silently. */
  readonly leaseSeen?: { readonly version: number; readonly atMs: number };
}

/** A journal entry that has not been written yet. */
export interface PendingEntry {
  readonly type: 'managed.channel.running' | 'managed.channel.failed' | 'managed.channel.deleted';
  readonly broadcastId: BroadcastId;
  readonly atMs: number;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** A stream's `channel` document: the channel of its newest broadcast on this tier, and the remains of older ones. */
export interface ManagedChannel extends ChannelRun {
  readonly leaving: readonly ChannelRun[];
  readonly untold: readonly PendingEntry[];
}

export interface ChannelWish {
  readonly broadcastId: BroadcastId;
  /** Of the requester's lease. */
  readonly epoch: number;
  readonly atMs: number;
  readonly source?: ChannelSource;
}

/**
 * The document after a publisher connected to a stream on this tier. If the broadcast already has a channel, or its channel
 * failed, only the epoch rises: no broadcast gets a second channel. Put it with `open: isOpen(…)`.
 */
export function wantChannel(found: ManagedChannel | undefined, wish: ChannelWish): ManagedChannel {
  const { broadcastId, epoch, atMs, source } = wish;
  if (found?.broadcastId === broadcastId) return { ...found, epoch: Math.max(found.epoch, epoch) };
  // Ids sort by time: a worker that still holds an older broadcast learns from the document that it has ended.
  if (found && found.broadcastId > broadcastId) return found;
  return {
    broadcastId,
    epoch,
    intent: 'wanted',
    state: 'none',
    sinceMs: atMs,
    askedAtMs: atMs,
    ...(source && { source }),
    fed: false,
    leaving: found
      ? runsOf(found)
          .filter(({ state }) => state !== 'gone')
          .map(unwanted)
      : [],
    untold: found?.untold ?? [],
  };
}

/** The document after this broadcast ended. The function that drives channels does the rest. */
export const unwantChannel = (found: ManagedChannel, broadcastId: BroadcastId): ManagedChannel =>
  found.broadcastId === broadcastId ? { ...found, ...unwanted(found) } : found;

/** The document after the proxy started pushing to the endpoints. */
export const feedChannel = (found: ManagedChannel, broadcastId: BroadcastId): ManagedChannel =>
  found.broadcastId === broadcastId ? { ...found, fed: true } : found;

const unwanted = (run: ChannelRun): ChannelRun => ({ ...run, intent: 'unwanted' });

/** All channels of a document, newest first. */
export function runsOf({ leaving, untold: _, ...newest }: ManagedChannel): readonly ChannelRun[] {
  return [newest, ...leaving];
}

/** The document with one channel updated. An older channel that is fully removed is dropped. */
export function withRun(body: ManagedChannel, run: ChannelRun): ManagedChannel {
  const { leaving, untold } = body;
  if (run.broadcastId === body.broadcastId) return { ...run, leaving, untold };
  const others = leaving.map((one) => (one.broadcastId === run.broadcastId ? run : one));
  return { ...body, leaving: others.filter(({ state }) => state !== 'gone') };
}

/** Whether work remains: `open` of the document. */
export const isOpen = (body: ManagedChannel): boolean =>
  body.untold.length > 0 || runsOf(body).some(({ state }) => state !== 'gone');

/** Whether any of its channels may still write to the origin. */
export const mayWrite = (body: ManagedChannel): boolean =>
  runsOf(body).some(({ state, intent }) => writing.has(state) || (intent === 'wanted' && !isOver(state)));

const writing: ReadonlySet<ChannelState> = new Set(['starting', 'running', 'live', 'stopping']);
const isOver = (state: ChannelState): boolean => isLeaving(state) || state === 'gone';

/**
 * What the worker that holds the publisher must do. `push`: push to these endpoints, and retry if that breaks; they may refuse
 * until the channel runs. `fallback`: hand the publisher to the fleet. `over`: end the broadcast.
 */
export type ChannelOutlook =
  | { readonly kind: 'wait'; readonly words: string }
  | {
      readonly kind: 'push';
      readonly endpoints: readonly string[];
      readonly live: boolean;
      readonly words: string;
    }
  | { readonly kind: 'fallback'; readonly words: string }
  | { readonly kind: 'over'; readonly words: string };

export function channelOutlook(
  body: ManagedChannel | undefined,
  broadcastId: BroadcastId,
  nowMs: number,
): ChannelOutlook {
  const words = body ? channelWords(body, nowMs) : 'The MediaLive channel has not been requested yet.';
  if (body === undefined) return { kind: 'wait', words };
  if (body.broadcastId !== broadcastId)
    return { kind: 'over', words: 'A newer broadcast has taken over the stream.' };
  if (body.failure)
    return { kind: channelFailures[body.failure.reason].fallback ? 'fallback' : 'over', words };
  if (body.intent === 'unwanted' || isLeaving(body.state) || body.state === 'gone')
    return { kind: 'over', words };
  const { endpoints } = body;
  return endpoints
    ? { kind: 'push', endpoints, live: body.state === 'live', words }
    : { kind: 'wait', words };
}

/** The channel's status in one sentence, for the broadcaster and the console. */
export function channelWords(run: ChannelRun, nowMs: number): string {
  const { state, failure } = run;
  if (failure) {
    const { words, fallback } = channelFailures[failure.reason];
    const rest = state === 'gone' ? ' The channel has been removed.' : ' The channel is being removed.';
    return `The MediaLive channel failed: ${words}.${fallback ? ' Headwater encoders continue the broadcast.' : ''}${rest}`;
  }
  if (state === 'live') return 'The MediaLive channel is running and viewers see its output.';
  if (state === 'gone') return 'The broadcast has ended and its MediaLive channel has been removed.';
  if (run.intent === 'unwanted' || isLeaving(state))
    return 'The broadcast has ended; its MediaLive channel is being removed.';
  const leftMs = usualStartMs - (nowMs - run.askedAtMs);
  return leftMs > 5_000
    ? `The MediaLive channel is starting, about ${formatDuration(Math.round(leftMs / 5_000) * 5_000)} left.`
    : 'The MediaLive channel is starting; this is taking longer than usual.';
}
