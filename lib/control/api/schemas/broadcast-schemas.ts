import { z } from '@hono/zod-openapi';
import { BroadcastAudience } from './audience-schemas.ts';
import { EncoderTier } from './encoder-schemas.ts';
import { examples } from './examples.ts';
import { BroadcastPlayback } from './playback-schemas.ts';
import { broadcastId, nextCursor, time } from './schema-parts.ts';

const { broadcast } = examples.stream;
const { input } = broadcast;
const [rendition] = broadcast.renditions;

const BroadcastState = z.enum(['starting', 'live', 'reconnecting', 'ended']).openapi('BroadcastState', {
  description:
    'starting: viewers see nothing yet. live: on air. reconnecting: it waits for the broadcaster to return. ended: it is over, and its recording remains.',
  example: 'live',
});

const width = z.number().int().openapi({ description: 'Width of its pictures, in pixels.', example: 1_280 });
const height = z.number().int().openapi({ description: 'Height of its pictures, in pixels.', example: 720 });
const frameRate = z.number().openapi({ description: 'Pictures in a second.', example: 30 });

const InputFacts = z
  .strictObject({
    videoCodec: z
      .string()
      .optional()
      .openapi({ description: 'Codec of its pictures (RFC 6381).', example: input.videoCodec }),
    audioCodec: z
      .string()
      .optional()
      .openapi({ description: 'Codec of its sound (RFC 6381).', example: input.audioCodec }),
    width: width.optional(),
    height: height.optional(),
    frameRate: frameRate.optional(),
    bitrateBps: z
      .number()
      .openapi({ description: 'Bits in a second, pictures and sound.', example: input.bitrateBps }),
    encoder: z.string().optional().openapi({
      description: 'The publishing application, as it identifies itself.',
      example: input.encoder,
    }),
  })
  .openapi('InputFacts', {
    description: 'What the broadcaster sends. Sound alone has no video codec, width, height and frame rate.',
    example: input,
  });

const Rendition = z
  .strictObject({
    id: z
      .string()
      .openapi({ description: 'ID of the rendition; `audio` is sound alone.', example: rendition?.id }),
    codecs: z.string().openapi({ description: 'Its codecs (RFC 6381).', example: rendition?.codecs }),
    bandwidthBps: z
      .number()
      .openapi({ description: 'Bits in a second that it takes.', example: rendition?.bandwidthBps }),
    width: width.optional(),
    height: height.optional(),
    frameRate: frameRate.optional(),
  })
  .openapi('Rendition', {
    description: 'One of the encoded sizes, or the sound alone.',
    example: rendition,
  });

export const Broadcast = z
  .strictObject({
    id: broadcastId,
    state: BroadcastState,
    startedAt: time('When the broadcaster connected.'),
    endedAt: time('When it ended. Omitted while it is on air.', '2026-11-22T19:02:05.000Z').optional(),
    endReason: z
      .enum([
        'publisher-ended',
        'reconnect-window-over',
        'ended-by-api',
        'input-unusable',
        'encoder-failed',
        'taken-down',
      ])
      .optional()
      .openapi({
        description:
          'Why it ended. Omitted while it is on air. reconnect-window-over: the broadcaster did not return in time. input-unusable: what it sent could not be encoded.',
        example: 'publisher-ended',
      }),
    durationMs: z.number().int().min(0).optional().openapi({
      description:
        'Length of the recording, in milliseconds. Omitted until it is closed, and if its worker died before it could say.',
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
    workerId: z.string().openapi({
      description:
        'Worker that encodes it. With medialive, the worker that holds the lease on behalf of the channel.',
      example: broadcast.workerId,
    }),
    epoch: z.number().int().openapi({
      description: 'Increases each time a worker takes over the stream.',
      example: broadcast.epoch,
    }),
    proxyId: z.string().optional().openapi({
      description: 'Ingest proxy that the broadcaster is connected to, or was last.',
      example: broadcast.proxyId,
    }),
    sessionId: z.string().optional().openapi({
      description: 'The broadcaster’s connection, as in the logs of proxies and workers.',
      example: broadcast.sessionId,
    }),
    input: InputFacts.optional(),
    renditions: z.array(Rendition).openapi({
      description: 'What it is encoded into, largest first. Empty until it is live.',
      example: broadcast.renditions,
    }),
    playback: BroadcastPlayback,
  })
  .openapi('Broadcast', { description: 'A single time on air.', example: broadcast });

export const EndRequest = z
  .strictObject({ broadcastId: broadcastId.openapi({ description: 'The broadcast that ends.' }) })
  .openapi('EndRequest', { description: 'What is being ended.', example: examples.endRequest });

export const BroadcastList = z
  .strictObject({
    broadcasts: z
      .array(Broadcast)
      .openapi({ description: 'Newest first.', example: examples.broadcastList.broadcasts }),
    cursor: nextCursor('1jm8p0v4c7h2kqv0'),
  })
  .openapi('BroadcastList', {
    description: 'The broadcasts of a stream.',
    example: examples.broadcastList,
  });
