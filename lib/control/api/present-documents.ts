import type { z } from '@hono/zod-openapi';
import { defaultLadder } from '../../config/ladder.ts';
import type { DocumentKind, StreamDocument } from '../../control-store/documents.ts';
import { channelWords } from '../../control-store/managed-channel.ts';
import type {
  BroadcastRecord,
  DestinationRecord,
  EncoderTier,
  StreamRecord,
} from '../../control-store/records.ts';
import { costEstimate } from '../managed-channels/policy/managed-cost.ts';
import { isOnAir, type StreamState } from '../policy/stream-state.ts';
import { takedownState } from '../takedowns/policy/takedown-machine.ts';
import { takedownReport } from '../takedowns/policy/takedown-report.ts';
import type { ControlApiConfig } from './context.ts';
import type { Destination } from './schemas/destination-schemas.ts';
import type { CostEstimate, Managed } from './schemas/encoder-schemas.ts';
import type { Takedown, TakedownNotice } from './schemas/takedown-schemas.ts';

/** What stands beside a stream's settings, as the API shows it: field by field, and never a destination's key. */

/** The documents of a stream, those that there are. */
export type StreamDocuments = { readonly [Kind in DocumentKind]: StreamDocument<Kind> | undefined };

type Shown<Schema extends z.ZodType> = z.output<Schema>;

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * In the order in which they were added. Without `pushes` nothing is said of how they stand. What is said there of a push
 * that goes on holds only while the stream is on the air: a proxy that died leaves what it said last.
 */
export const presentDestinations = (
  { destinations = [] }: StreamRecord,
  pushes?: Pushes,
): Shown<typeof Destination>[] => destinations.map((one) => presentDestination(one, pushes));

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

/** `documents` is left out where the stream is one of many: then the record alone tells. */
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

/** MediaLive writes HLS playlists only. The newest broadcast decides: the setting holds from the next one on. */
export const presentManifests = (stream: StreamRecord, newest?: BroadcastRecord): ('dash' | 'hls')[] =>
  (newest ?? stream).encoder === 'medialive' ? ['hls'] : ['dash', 'hls'];

/** Never its endpoints: who knows them can push to it. */
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
  { ladder = defaultLadder, channelClass }: Pick<ControlApiConfig, 'ladder' | 'channelClass'>,
): Shown<typeof CostEstimate> {
  const { perHourUsd, parts, note } = costEstimate(encoder, ladder, {
    ...(channelClass && { channelClass }),
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
