import type { z } from '@hono/zod-openapi';
import { defaultLadder } from '../../../config/ladder.ts';
import type { Deletion as DeletionProgress } from '../../../control-store/deletions.ts';
import type { StreamDocument } from '../../../control-store/documents.ts';
import { channelWords } from '../../../control-store/managed/managed-channel.ts';
import type {
  BroadcastRecord,
  DestinationRecord,
  EncoderTier,
  StreamRecord,
} from '../../../control-store/records.ts';
import { costEstimate } from '../../../cost/stream-cost.ts';
import { shieldRegionOf } from '../../../edge/policy/shield-region.ts';
import type { StreamId } from '../../../routing/ids.ts';
import { deletionReport } from '../../deletions/policy/deletion-report.ts';
import { isOnAir, type StreamState } from '../../policy/stream-state.ts';
import { takedownState } from '../../takedowns/policy/takedown-machine.ts';
import { takedownReport } from '../../takedowns/policy/takedown-report.ts';
import type { ControlApiConfig } from '../context.ts';
import type { Deletion } from '../schemas/deletion-schemas.ts';
import type { Destination } from '../schemas/destination-schemas.ts';
import type { CostEstimate, Managed } from '../schemas/encoder-schemas.ts';
import type { Takedown, TakedownNotice } from '../schemas/takedown-schemas.ts';

/** API views of what belongs to a stream besides its settings. Built field by field; never a destination's key. */

/** What a stream's own representation shows of its documents; undefined if they don't exist. */
export type StreamDocuments = {
  readonly [Kind in 'takedown' | 'channel' | 'pushes']: StreamDocument<Kind> | undefined;
};

/** A schema's value in a response. */
export type Shown<Schema extends z.ZodType> = z.output<Schema>;

export const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * Newest first; without `pushes`, their states are omitted. The state of a running push counts only while
 * the stream is on air, because a proxy that died leaves its last report behind.
 */
export const presentDestinations = (
  { destinations = [] }: StreamRecord,
  pushes?: Pushes,
): Shown<typeof Destination>[] => destinations.map((one) => presentDestination(one, pushes)).toReversed();

export interface Pushes {
  readonly document: StreamDocument<'pushes'> | undefined;
  readonly state: StreamState;
}

export function presentDestination(
  { id, name, url, enabled, createdAtMs }: DestinationRecord,
  pushes?: Pushes,
): Shown<typeof Destination> {
  const push = pushes?.document?.body.destinations.find((one) => one.id === id);
  const shown = { id, name, url, enabled, createdAt: iso(createdAtMs) };
  if (!pushes || !push) return shown;
  const { state, sinceMs, detail } = push;
  const isOver = state === 'ended' || state === 'refused';
  if (!isOver && !isOnAir(pushes.state)) return { ...shown, state: 'ended' };
  return { ...shown, state, since: iso(sinceMs), ...(detail !== undefined && { detail }) };
}

export const noDocuments: StreamDocuments = { takedown: undefined, channel: undefined, pushes: undefined };

/** `documents` is omitted in stream lists; then only the record is used. */
export function presentTakedownNotice(
  { takenDown }: StreamRecord,
  documents?: StreamDocuments,
): Shown<typeof TakedownNotice> | undefined {
  const takedown = documents?.takedown?.body;
  if (takedown) {
    const { reason, askedAtMs } = takedown;
    return { state: takedownState(takedown), reason, askedAt: iso(askedAtMs) };
  }
  return takenDown && { reason: takenDown.reason, askedAt: iso(takenDown.atMs) };
}

/** MediaLive writes HLS only. The newest broadcast decides: a changed setting applies from the next broadcast on. */
export const presentManifests = (stream: StreamRecord, newest?: BroadcastRecord): ('dash' | 'hls')[] =>
  (newest ?? stream).encoder === 'medialive' ? ['hls'] : ['dash', 'hls'];

/** Never includes the channel's endpoints: anyone who knows them can push to it. */
export function presentManaged({ body }: StreamDocument<'channel'>, nowMs: number): Shown<typeof Managed> {
  const { broadcastId, state, sinceMs, channelId } = body;
  return {
    broadcastId,
    state,
    since: iso(sinceMs),
    ...(channelId !== undefined && { channelId }),
    detail: channelWords(body, nowMs),
  };
}

export function presentCost(
  encoder: EncoderTier,
  {
    ladder = defaultLadder,
    channelClass,
    region,
    liveOrigins = true,
  }: Pick<ControlApiConfig, 'ladder' | 'channelClass' | 'region' | 'liveOrigins'>,
): Shown<typeof CostEstimate> {
  const { perHourUsd, parts, note } = costEstimate(encoder, ladder, {
    live: liveOrigins,
    ...(channelClass && { channelClass }),
    // On one machine: prices of a region that has some.
    ...(shieldRegionOf(region) !== undefined && { region }),
  });
  return { encoder, perHourUsd, parts: [...parts], note };
}

export function presentTakedown({ streamId, body }: StreamDocument<'takedown'>): Shown<typeof Takedown> {
  const { state, reason, askedAtMs, darkAfterMs, doneAfterMs, steps } = takedownReport(body);
  return {
    streamId,
    state,
    reason,
    askedAt: iso(askedAtMs),
    ...(darkAfterMs !== undefined && { darkAfterMs }),
    ...(doneAfterMs !== undefined && { doneAfterMs }),
    steps: steps.map(({ step, state, afterMs, detail }) => ({
      step,
      state,
      ...(afterMs !== undefined && { afterMs }),
      ...(detail !== undefined && { detail }),
    })),
  };
}

export function presentDeletion(
  streamId: StreamId,
  deletion: DeletionProgress,
  { quarantineDays }: Pick<ControlApiConfig, 'quarantineDays'>,
): Shown<typeof Deletion> {
  const { broadcastId, recordings, askedAtMs } = deletion;
  const { darkAfterMs, goneUntilMs, keptUntilMs, detail } = deletionReport(deletion, quarantineDays);
  return {
    streamId,
    ...(broadcastId !== undefined && { broadcastId }),
    recordings,
    askedAt: iso(askedAtMs),
    state: goneUntilMs === undefined ? 'deleting' : 'deleted',
    ...(darkAfterMs !== undefined && { darkAfterMs }),
    ...(goneUntilMs !== undefined && { goneUntil: iso(goneUntilMs) }),
    ...(keptUntilMs !== undefined && { keptUntil: iso(keptUntilMs) }),
    detail,
  };
}
