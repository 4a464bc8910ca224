import { z } from '@hono/zod-openapi';
import { frameOriginPattern, mostFrameOrigins } from '../../../player/policy/frames.ts';
import { examples } from './examples.ts';
import { PlaybackMode } from './playback-schemas.ts';
import { oneLine, streamId, url } from './schema-parts.ts';

const frameOrigin = z.string().max(200).regex(frameOriginPattern, {
  error: 'An origin is a scheme and a host, such as https://example.com or https://*.example.com.',
});

export const Embedding = z
  .union([z.enum(['anywhere', 'nowhere']), z.array(frameOrigin).min(1).max(mostFrameOrigins)])
  .openapi('Embedding', {
    description:
      'Which sites may show the player in a frame (/embed/<stream>): anywhere, nowhere, or a list of origins, also with "*." in front of the host. Applies within a few minutes.',
    example: ['https://example.com', 'https://*.example.org'],
  });

export const StreamCard = z
  .strictObject({
    id: streamId,
    access: PlaybackMode,
    embedding: Embedding,
    name: oneLine(
      120,
      'Name of the stream. Omitted for signed streams and those taken down.',
      'Sunday concert',
    ).optional(),
    poster: url(
      'A picture of the newest broadcast. Omitted with the name, and if there is none.',
      'http://127.0.0.1:8090/local/7h2kqv0m4x9rt3bz/poster.jpg',
    ).optional(),
  })
  .openapi('StreamCard', {
    description: 'What anyone may know of a stream.',
    example: examples.streamCard,
  });
