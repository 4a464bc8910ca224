import type { BroadcastAudience } from '../../../control-store/audience.ts';
import type {
  BroadcastRecord,
  BroadcastState,
  FleetMember as FleetMemberRecord,
  StreamEventRecord,
  StreamRecord,
} from '../../../control-store/records.ts';
import { formatStreamKey, type StreamKey } from '../../../routing/stream-key.ts';
import { broadcastPlaybackUrls, streamPlaybackUrls } from '../../playback/playback-urls.ts';
import { validKeys } from '../../policy/stream-keys.ts';
import type { StreamState } from '../../policy/stream-state.ts';
import type { ControlApiConfig } from '../context.ts';
import type { Broadcast } from '../schemas/broadcast-schemas.ts';
import type { StreamEvent } from '../schemas/event-schemas.ts';
import type { Key } from '../schemas/key-schemas.ts';
import type { FleetMember } from '../schemas/platform-schemas.ts';
import type { CreatedStream, Stream } from '../schemas/schemas.ts';
import type { StreamCard } from '../schemas/sharing-schemas.ts';
import { presentBroadcastAudience } from './present-audience.ts';
import {
  iso,
  presentCost,
  presentDestinations,
  presentManaged,
  presentManifests,
  presentTakedownNotice,
  type Shown,
  type StreamDocuments,
} from './present-documents.ts';

/** API views of records. Built field by field, so that nothing leaks by accident, key hashes above all. */

export interface ObservedStream {
  readonly stream: StreamRecord;
  readonly state: StreamState;
  readonly broadcast?: { readonly record: BroadcastRecord; readonly state: BroadcastState };
  /** Omitted in stream lists. */
  readonly documents?: StreamDocuments;
}

export function presentStream(
  sight: ObservedStream,
  config: ControlApiConfig,
  nowMs: number,
): Shown<typeof Stream> {
  return {
    ...presentFields(sight, config, nowMs),
    ingest: {
      rtmps: { url: config.ingestRtmpsUrl },
      ...(config.ingestRtmpUrl !== undefined && { rtmp: { url: config.ingestRtmpUrl } }),
    },
  };
}

export function presentCreatedStream(
  sight: ObservedStream,
  key: StreamKey,
  config: ControlApiConfig,
  nowMs: number,
): Shown<typeof CreatedStream> {
  return { ...presentFields(sight, config, nowMs), ingest: presentIngest(key, config) };
}

function presentFields(sight: ObservedStream, config: ControlApiConfig, nowMs: number) {
  const { stream, state, broadcast, documents } = sight;
  const { encoder = 'fleet' } = stream;
  const takedown = presentTakedownNotice(stream, documents);
  return {
    id: stream.id as string,
    name: stream.name,
    ...(stream.owner !== undefined && { owner: stream.owner }),
    state,
    createdAt: iso(stream.createdAtMs),
    reconnectWindowMs: stream.reconnectWindowMs,
    keys: presentKeys(stream, nowMs),
    playback: {
      access: stream.playback ?? ('public' as const),
      ...streamPlaybackUrls(stream, broadcast?.record, config),
      manifests: presentManifests(stream, broadcast?.record),
    },
    latency: config.liveOrigins === false ? ('standard' as const) : (stream.latency ?? ('low' as const)),
    embedding: presentEmbedding(stream),
    encoder,
    ...(documents && {
      encoders: [...(config.offeredEncoders ?? ['fleet' as const])],
      cost: presentCost(encoder, config),
    }),
    destinations: presentDestinations(stream, documents && { document: documents.pushes, state }),
    ...(takedown && { takedown }),
    ...(documents?.channel && { managed: presentManaged(documents.channel, nowMs) }),
    version: stream.version,
    ...(broadcast && { broadcast: presentBroadcast(broadcast.record, broadcast.state, config) }),
  };
}

/** Without the name where nobody but viewers with a link, or nobody at all, may know it. */
export function presentCard(
  stream: StreamRecord,
  newest: BroadcastRecord | undefined,
  config: ControlApiConfig,
): Shown<typeof StreamCard> {
  const { id, name, takenDown } = stream;
  const access = stream.playback ?? ('public' as const);
  const { poster } = streamPlaybackUrls(stream, newest, config);
  const isTold = access === 'public' && takenDown === undefined;
  return { id, access, embedding: presentEmbedding(stream), ...(isTold && { name, poster }) };
}

function presentEmbedding({ embedding = 'anywhere' }: StreamRecord): Shown<typeof Stream>['embedding'] {
  return typeof embedding === 'string' ? embedding : [...embedding];
}

/** Newest first. */
export const presentKeys = (stream: StreamRecord, nowMs: number): Shown<typeof Key>[] =>
  validKeys(stream.keys, nowMs)
    .toReversed()
    .map(({ id, createdAtMs, expiresAtMs }) => ({
      id,
      createdAt: iso(createdAtMs),
      ...(expiresAtMs !== undefined && { expiresAt: iso(expiresAtMs) }),
    }));

export function presentIngest(key: StreamKey, config: ControlApiConfig) {
  const text = formatStreamKey(key);
  return {
    rtmps: { url: config.ingestRtmpsUrl, key: text },
    ...(config.ingestRtmpUrl !== undefined && { rtmp: { url: config.ingestRtmpUrl, key: text } }),
  };
}

/** `state` is the derived state, which may be newer than what a dead worker last wrote. */
export function presentBroadcast(
  record: BroadcastRecord,
  state: BroadcastState,
  config: ControlApiConfig,
  audience?: BroadcastAudience,
): Shown<typeof Broadcast> {
  const { id, startedAtMs, endedAtMs, endReason, workerId, epoch, proxyId, sessionId, input } = record;
  const { encoder = 'fleet', recordedMs, recordedBytes } = record;
  return {
    id,
    state,
    startedAt: iso(startedAtMs),
    ...(endedAtMs !== undefined && { endedAt: iso(endedAtMs) }),
    ...(endReason && { endReason }),
    ...(recordedMs !== undefined && { durationMs: recordedMs }),
    ...(recordedBytes !== undefined && { sizeBytes: recordedBytes }),
    ...(audience && { audience: presentBroadcastAudience(audience) }),
    encoder,
    workerId,
    epoch,
    ...(proxyId && { proxyId }),
    ...(sessionId && { sessionId }),
    ...(input && { input: presentInput(input) }),
    renditions: record.renditions.map(({ id, codecs, bandwidthBps, width, height, frameRate }) => ({
      id,
      codecs,
      bandwidthBps,
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...(frameRate !== undefined && { frameRate }),
    })),
    playback: broadcastPlaybackUrls(record, config),
  };
}

function presentInput(input: NonNullable<BroadcastRecord['input']>) {
  const { videoCodec, audioCodec, width, height, frameRate, bitrateBps, encoder } = input;
  return {
    ...(videoCodec !== undefined && { videoCodec }),
    ...(audioCodec !== undefined && { audioCodec }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(frameRate !== undefined && { frameRate }),
    bitrateBps,
    ...(encoder !== undefined && { encoder }),
  };
}

export function presentEvent(event: StreamEventRecord): Shown<typeof StreamEvent> {
  const { sequence, atMs, type, text, broadcastId, data } = event;
  return { sequence, at: iso(atMs), type, text, ...(broadcastId && { broadcastId }), data };
}

export function presentMember(
  member: FleetMemberRecord,
  alive: boolean,
  unseenForMs: number,
): Shown<typeof FleetMember> {
  const { id, role, host, port, capacity, load, state, pool = 'cpu' } = member;
  const shown = { id, role, host, port, capacity, load, state, alive, unseenForMs: Math.round(unseenForMs) };
  return role === 'encoder' ? { ...shown, pool } : shown;
}
