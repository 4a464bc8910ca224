import { z } from '@hono/zod-openapi';
import { Broadcast } from './broadcast-schemas.ts';
import { Destination } from './destination-schemas.ts';
import { CostEstimate, EncoderTier, Managed } from './encoder-schemas.ts';
import { examples } from './examples.ts';
import { Ingest, IngestWithKey, Key } from './key-schemas.ts';
import { LatencyMode, Playback, PlaybackMode } from './playback-schemas.ts';
import { nameAField, namesAField, nextCursor, oneLine, streamId, time } from './schema-parts.ts';
import { Embedding } from './sharing-schemas.ts';
import { TakedownNotice, TakedownState } from './takedown-schemas.ts';

/** Streams. Like the other schemas, these validate requests, type responses and generate the OpenAPI document. */

const { createdStream, stream, streamPage } = examples;

export const StreamState = z
  .enum(['idle', 'starting', 'live', 'reconnecting', 'ended'])
  .openapi('StreamState', {
    description:
      'idle: never on air so far. starting: a broadcaster is connected, and viewers see nothing yet. live: on air. reconnecting: the broadcast waits for its broadcaster to return. ended: the last broadcast has ended.',
    example: 'live',
  });

const name = oneLine(120, 'What the stream is called, on one line.', 'Sunday concert');
const reconnectWindowMs = z.number().int().min(0).max(1_800_000).openapi({
  description:
    'Reconnect window: how long a broadcast waits for a disconnected broadcaster to return, in milliseconds.',
  example: 60_000,
});

const owner = oneLine(
  256,
  'Whose stream it is. Tokens that name an owner see only this owner’s streams; the owner of what they create is their own.',
  'customer-17',
);

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
  .openapi('NewStream', {
    description: 'A stream to create. All but its name has a default.',
    example: examples.newStream,
  });

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
  .openapi('StreamChange', {
    description: 'What to change; at least one field.',
    example: examples.streamChange,
  });

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
  Broadcast,
};

const streamFields = {
  id: streamId,
  name,
  owner: owner.optional(),
  state: StreamState,
  createdAt: time('When the stream was created.', stream.createdAt),
  reconnectWindowMs,
  keys: z.array(Key).openapi({
    description: 'Metadata of the valid keys, newest first; never the keys themselves.',
    example: stream.keys,
  }),
  playback: Playback,
  latency: LatencyMode.openapi({
    description:
      'How far viewers are behind the broadcaster, from the next broadcast on. Always `standard` in a region without live origins.',
  }),
  embedding: Embedding,
  encoder: EncoderTier.openapi({ description: 'Encoder used from the next broadcast on.' }),
  encoders: z.array(EncoderTier).optional().openapi({
    description: 'Encoders that can be chosen on this platform. Omitted in stream lists.',
    example: stream.encoders,
  }),
  cost: CostEstimate.optional().openapi({ description: 'Omitted in stream lists.' }),
  destinations: z.array(Destination).openapi({
    description: 'Other RTMP servers that the stream is sent to, newest first.',
    example: stream.destinations,
  }),
  takedown: TakedownNotice.optional().openapi({
    description: 'Omitted if the stream was never taken down; in stream lists, also after it was restored.',
  }),
  managed: Managed.optional().openapi({ description: 'Omitted in stream lists.' }),
  version: z.number().int().openapi({
    description: 'Increases with each change of the settings; also the ETag.',
    example: stream.version,
  }),
  broadcast: Broadcast.optional().openapi({ description: 'The newest broadcast.' }),
};
export const Stream = z
  .strictObject({ ...streamFields, ingest: Ingest })
  .openapi('Stream', { description: 'A stream with its state and its newest broadcast.', example: stream });
export const CreatedStream = z
  .strictObject({ ...streamFields, ingest: IngestWithKey })
  .openapi('CreatedStream', {
    description: 'A stream that was just created, with its key.',
    example: createdStream,
  });
export const StreamPage = z
  .strictObject({
    streams: z
      .array(Stream)
      .openapi({ description: 'The streams of this page.', example: streamPage.streams }),
    cursor: nextCursor(streamPage.cursor),
  })
  .openapi('StreamPage', { description: 'One page of the streams.', example: streamPage });
