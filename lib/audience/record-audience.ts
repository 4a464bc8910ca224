import type { StreamAudience } from '../control-store/audience.ts';
import { isConditionFailed } from '../control-store/errors.ts';
import { rewrite } from '../retry/rewrite.ts';
import { isBroadcastId, isStreamId, type StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { afterTake } from './policy/audience-record.ts';
import { summaryOf } from './policy/audience-summary.ts';
import { broadcastAudience, withPast } from './policy/broadcast-audience.ts';
import type { AudienceTake } from './policy/tally.ts';
import type { AudienceStore } from './ports.ts';

export interface AudienceRecording {
  /** The store of a region; undefined for regions whose streams aren't recorded. */
  readonly storeOf: (region: string) => AudienceStore | undefined;
  readonly emit: EmitEvent;
}

/**
 * Writes takes to the control store, one item for each stream, and reports all of them together. A take that can't be written is lost:
 * the next one says how many watch then.
 */
export async function recordAudience(
  { storeOf, emit }: AudienceRecording,
  takes: readonly AudienceTake[],
  atMs: number,
): Promise<void> {
  if (takes.length === 0) return;
  emit('audience.measured', summaryOf(takes));
  let lost = 0;
  let cause: unknown;
  for (const take of takes) {
    const [region = '', streamId = ''] = take.streamPath.split('/');
    const store = storeOf(region);
    if (store === undefined || !isStreamId(streamId)) continue;
    try {
      await record(store, streamId, take, atMs);
    } catch (fault) {
      lost++;
      cause = fault;
    }
  }
  if (lost > 0) emit('audience.takes.lost', { lost, cause });
}

async function record(
  store: AudienceStore,
  streamId: StreamId,
  take: AudienceTake,
  atMs: number,
): Promise<void> {
  const broadcastId =
    take.broadcastId === '' ? (await store.latestBroadcast(streamId))?.id : take.broadcastId;
  if (broadcastId === undefined || !isBroadcastId(broadcastId)) return;
  await rewrite(async () => {
    const document = await store.getDocument(streamId, 'audience');
    // What is written beside a deleted stream would stay.
    if (document === undefined && (await store.getStream(streamId)) === undefined) return;
    const body = afterTake(document?.body, { ...take, broadcastId }, atMs);
    if (body === undefined) return;
    const before = document?.body;
    // First: once the newer one is written, nobody knows of it.
    if (before && before.broadcastId !== broadcastId) await keepPast(store, streamId, before);
    await store.putDocument({
      streamId,
      kind: 'audience',
      open: false,
      version: document?.version ?? 0,
      body,
    });
  }, isConditionFailed);
}

/** How the broadcast before was watched stays beside the stream. */
function keepPast(store: AudienceStore, streamId: StreamId, audience: StreamAudience): Promise<void> {
  return rewrite(async () => {
    const document = await store.getDocument(streamId, 'audiences');
    if (document === undefined && (await store.getStream(streamId)) === undefined) return;
    await store.putDocument({
      streamId,
      kind: 'audiences',
      open: false,
      version: document?.version ?? 0,
      body: withPast(document?.body, broadcastAudience(audience)),
    });
  }, isConditionFailed);
}
