import { z } from '@hono/zod-openapi';
import { defaultGraceMs, maxGraceMs } from '../../policy/stream-keys.ts';
import { problemKinds } from '../problems.ts';
import { BroadcastAudience } from './audience-schemas.ts';
import { Destination } from './destination-schemas.ts';
import { CostEstimate, EncoderTier, Managed } from './encoder-schemas.ts';
import { BroadcastPlayback, LatencyMode, Playback, PlaybackMode } from './playback-schemas.ts';
import { broadcastId, nameAField, namesAField, oneLine, streamId, time, url } from './schema-parts.ts';
import { Embedding } from './sharing-schemas.ts';
import { TakedownNotice, TakedownState } from './takedown-schemas.ts';

/** The API's schemas. They validate requests, type responses and generate the OpenAPI document. */

const memberId = z.string().openapi({ example: 'encoder-1' });
const streamKey = z.string().openapi({
  description: 'The stream key. It is shown only once and never stored.',
  example: '7h2kqv0m4x9rt3bz_0123456789abcdefghjkmnpqrs',
});

export const StreamState = z
  .enum(['idle', 'starting', 'live', 'reconnecting', 'ended'])
  .openapi('StreamState', { description: 'idle: never on air so far. ended: the last broadcast has ended.' });

const BroadcastState = z.enum(['starting', 'live', 'reconnecting', 'ended']).openapi('BroadcastState');

const name = oneLine(120, 'Sunday concert');
const reconnectWindowMs = z.number().int().min(0).max(1_800_000).openapi({
  description:
    'Reconnect window: how long a broadcast waits for a disconnected broadcaster to return, in milliseconds.',
  example: 60_000,
});

const owner = oneLine(256, 'customer-17').openapi({
  description:
    'Whose stream it is. Tokens that name an owner see only this owner’s streams; the owner of what they create is their own.',
});

export const NewStream = z
  .strictObject({
    name,
    reconnectWindowMs: reconnectWindowMs.default(60_000),
    encoder: EncoderTier.default('fleet'),
    owner: owner.optional(),
    playback: PlaybackMode.default('public'),
    latency: LatencyMode.default('low'),
    embedding: Embedding.default('anywhere'),
  })
  .openapi('NewStream');

export const StreamChange = z
  .strictObject({
    name: name.optional(),
    reconnectWindowMs: reconnectWindowMs.optional(),
    encoder: EncoderTier.optional(),
    owner: owner.optional(),
    playback: PlaybackMode.optional(),
    latency: LatencyMode.optional(),
    embedding: Embedding.optional(),
  })
  .refine(namesAField, nameAField)
  .openapi('StreamChange');

export const Key = z
  .strictObject({
    id: z.string().openapi({ example: 'k4x9rt3bz' }),
    createdAt: time,
    expiresAt: time.optional().openapi({ description: 'Set on the previous key during a rotation.' }),
  })
  .openapi('Key');

export const NewKey = z
  .strictObject({
    graceSeconds: z
      .number()
      .int()
      .min(0)
      .max(maxGraceMs / 1_000)
      .default(defaultGraceMs / 1_000)
      .openapi({
        description:
          'How long the previous key keeps working, in seconds. 0 revokes all older keys immediately.',
        example: 3_600,
      }),
  })
  .openapi('NewKey');

const IngestPoint = z
  .strictObject({ url: url('rtmps://127.0.0.1:1936/live') })
  .openapi('IngestPoint', { description: 'Where to publish.' });
const IngestPointWithKey = z
  .strictObject({ url: url('rtmps://127.0.0.1:1936/live'), key: streamKey })
  .openapi('IngestPointWithKey', { description: 'Where to publish, with the stream key to use.' });
const IngestWithKey = z.strictObject({ rtmps: IngestPointWithKey, rtmp: IngestPointWithKey.optional() });

const InputFacts = z
  .strictObject({
    videoCodec: z.string().optional().openapi({ example: 'avc1.64001f' }),
    audioCodec: z.string().optional().openapi({ example: 'mp4a.40.2' }),
    width: z.number().int().optional(),
    height: z.number().int().optional(),
    frameRate: z.number().optional(),
    bitrateBps: z.number(),
    encoder: z.string().optional().openapi({ example: 'obs-output module (libobs version 31.0.0)' }),
  })
  .openapi('InputFacts', {
    description: 'What the broadcaster sends. Sound alone has no video codec, width, height and frame rate.',
  });

const Rendition = z
  .strictObject({
    id: z.string().openapi({ example: '720p' }),
    codecs: z.string().openapi({ description: 'RFC 6381.', example: 'avc1.64001f' }),
    bandwidthBps: z.number(),
    width: z.number().int().optional(),
    height: z.number().int().optional(),
    frameRate: z.number().optional(),
  })
  .openapi('Rendition');

export const Broadcast = z
  .strictObject({
    id: broadcastId,
    state: BroadcastState,
    startedAt: time,
    endedAt: time.optional(),
    endReason: z
      .enum(['publisher-ended', 'reconnect-window-over', 'ended-by-api', 'encoder-failed', 'taken-down'])
      .optional(),
    durationMs: z.number().int().min(0).optional().openapi({
      description:
        'Length of the recording. Omitted until it is closed, and if its worker died before it could say.',
      example: 3_725_000,
    }),
    sizeBytes: z.number().int().min(0).optional().openapi({
      description: 'What the recording takes in storage, all renditions together; omitted as its length is.',
      example: 1_902_346_240,
    }),
    audience: BroadcastAudience.optional().openapi({
      description:
        'How it was watched, in the list of broadcasts. Omitted if nobody has watched it, and of what is older than the newest 200 that were watched.',
    }),
    encoder: EncoderTier,
    workerId: memberId.openapi({
      description: 'With medialive, the worker that holds the lease on behalf of the channel.',
    }),
    epoch: z.number().int().openapi({ description: 'Increases each time a worker takes over the stream.' }),
    proxyId: memberId.optional(),
    sessionId: z.string().optional(),
    input: InputFacts.optional(),
    renditions: z.array(Rendition),
    playback: BroadcastPlayback,
  })
  .openapi('Broadcast', { description: 'A single time on air.' });

/** Schemas with a description of their own that fields replace by one about the field. */
export const describedSchemas = {
  EncoderTier,
  PlaybackMode,
  LatencyMode,
  Embedding,
  CostEstimate,
  ManagedChannel: Managed,
  TakedownState,
  TakedownNotice,
  BroadcastAudience,
  Broadcast,
};

const streamFields = {
  id: streamId,
  name,
  owner: owner.optional(),
  state: StreamState,
  createdAt: time,
  reconnectWindowMs,
  keys: z
    .array(Key)
    .openapi({ description: 'Metadata of the valid keys, oldest first; never the keys themselves.' }),
  playback: Playback,
  latency: LatencyMode.openapi({
    description:
      'How far viewers are behind the broadcaster, from the next broadcast on. Always `standard` in a region without live origins.',
  }),
  embedding: Embedding,
  encoder: EncoderTier.openapi({ description: 'Encoder used from the next broadcast on.' }),
  encoders: z.array(EncoderTier).optional().openapi({
    description: 'Encoders that can be chosen on this platform. Omitted in stream lists.',
  }),
  cost: CostEstimate.optional().openapi({ description: 'Omitted in stream lists.' }),
  destinations: z
    .array(Destination)
    .openapi({ description: 'Other RTMP servers that the stream is sent to.' }),
  takedown: TakedownNotice.optional().openapi({
    description: 'Omitted if the stream was never taken down; in stream lists, also after it was restored.',
  }),
  managed: Managed.optional().openapi({ description: 'Omitted in stream lists.' }),
  version: z
    .number()
    .int()
    .openapi({ description: 'Increases with each change of the settings; also the ETag.' }),
  broadcast: Broadcast.optional().openapi({ description: 'The newest broadcast.' }),
};
export const Stream = z
  .strictObject({
    ...streamFields,
    ingest: z.strictObject({ rtmps: IngestPoint, rtmp: IngestPoint.optional() }),
  })
  .openapi('Stream');
export const CreatedStream = z
  .strictObject({ ...streamFields, ingest: IngestWithKey })
  .openapi('CreatedStream');
export const StreamPage = z
  .strictObject({
    streams: z.array(Stream),
    cursor: z
      .string()
      .optional()
      .openapi({ description: 'Pass it as "cursor" to get the next page. Omitted on the last page.' }),
  })
  .openapi('StreamPage');

export const CreatedKey = z
  .strictObject({
    id: z.string(),
    key: streamKey,
    ingest: IngestWithKey,
    keys: z.array(Key).openapi({ description: 'All keys that are valid now.' }),
  })
  .openapi('CreatedKey');

export const EndRequest = z.strictObject({ broadcastId }).openapi('EndRequest');

export const BroadcastList = z.strictObject({ broadcasts: z.array(Broadcast) }).openapi('BroadcastList');

export const StreamEvent = z
  .strictObject({
    sequence: z.number().int().openapi({ description: 'Increases within a stream.', example: 12 }),
    at: time,
    type: z.string().openapi({ example: 'stream.live' }),
    text: z.string().openapi({
      description: 'Description for people.',
      example: 'The broadcaster reconnected after 4.3 s.',
    }),
    broadcastId: broadcastId.optional(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .openapi('StreamEvent');
export const StreamEventList = z.strictObject({ events: z.array(StreamEvent) }).openapi('StreamEventList');

export const FleetMember = z
  .strictObject({
    id: memberId,
    role: z.enum(['ingest', 'encoder']),
    host: z.string().openapi({ example: '127.0.0.1' }),
    port: z.number().int(),
    capacity: z.number().int().openapi({ description: 'Maximum number of streams.' }),
    load: z.number().int().openapi({ description: 'Current number of streams.' }),
    state: z.enum(['active', 'draining']),
    pool: z.enum(['cpu', 'gpu']).optional().openapi({ description: 'What an encoder worker encodes with.' }),
    alive: z.boolean().openapi({ description: 'False if no heartbeat has been seen for 6 s.' }),
    unseenForMs: z.number().openapi({
      description:
        "Milliseconds since the API last saw the heartbeat change, by the API's clock; 0 at the first look.",
    }),
  })
  .openapi('FleetMember');
export const Fleet = z
  .strictObject({ ingest: z.array(FleetMember), encoder: z.array(FleetMember) })
  .openapi('Fleet');

export const Budget = z
  .strictObject({
    state: z.enum(['open', 'stopped', 'cleared']).openapi({
      description:
        'open: the month’s budget isn’t spent, or nothing reports it. stopped: it is spent, and new broadcasts are refused. cleared: it is spent, and new broadcasts are allowed again.',
    }),
    reachedAt: time.optional(),
    until: time.optional().openapi({ description: 'When the next month begins; the stop ends then.' }),
    clearedAt: time.optional(),
  })
  .openapi('Budget');

export const Health = z.strictObject({ status: z.literal('ok') }).openapi('Health');

const RequestFault = z
  .strictObject({
    detail: z.string(),
    pointer: z
      .string()
      .optional()
      .openapi({ description: 'Location in the body (RFC 6901).', example: '#/name' }),
    parameter: z
      .string()
      .optional()
      .openapi({ description: 'Name of the query parameter.', example: 'limit' }),
  })
  .openapi('RequestFault');
export const Problem = z
  .strictObject({
    type: z.enum(
      Object.keys(problemKinds).map((kind) => `urn:problem-type:headwater:${kind}`) as [string, ...string[]],
    ),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().openapi({ description: 'Path of the request.' }),
    errors: z
      .array(RequestFault)
      .optional()
      .openapi({ description: 'All errors in the request, at most 20.' }),
  })
  .openapi('Problem', { description: 'Problem details (RFC 9457).' });
