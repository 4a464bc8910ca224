import { z } from '@hono/zod-openapi';
import { longestSessionMs } from '../../../edge/policy/access/signing-keys.ts';
import { frameOriginPattern, mostFrameOrigins } from '../../../player/policy/frames.ts';
import { time, url } from './schema-parts.ts';

export const LatencyMode = z.enum(['low', 'standard']).openapi('LatencyMode', {
  description:
    'low: viewers are about 2 seconds behind the broadcaster; players that can’t are further behind. standard: about 7 seconds, with fewer requests per viewer.',
});

export const PlaybackMode = z.enum(['public', 'signed']).openapi('PlaybackMode', {
  description: 'public: anyone with the address can watch. signed: only viewers with a playback link can.',
});

export const Embedding = z
  .union([
    z.enum(['anywhere', 'nowhere']),
    z
      .array(
        z.string().max(200).regex(frameOriginPattern, {
          error: 'An origin is a scheme and a host, such as https://example.com or https://*.example.com.',
        }),
      )
      .min(1)
      .max(mostFrameOrigins),
  ])
  .openapi('Embedding', {
    description:
      'Which sites may show the player in a frame (/embed/<stream>): anywhere, nowhere, or a list of origins, for example https://example.com or https://*.example.com.',
    example: ['https://example.com'],
  });

const token = '~k4x9.mi9xk2w0.mic1h8g07h2kqv0m4x9r.seat-12.n.hU1Zq…';

/** Shortest lifetime of a link: a player needs a while to begin. */
const shortestSeconds = 10;
const usualSeconds = 4 * 3_600;

export const NewPlaybackSession = z
  .strictObject({
    ttlSeconds: z
      .number()
      .int()
      .min(shortestSeconds)
      .max(longestSessionMs / 1_000)
      .default(usualSeconds)
      .openapi({ description: 'How long the links work, in seconds.', example: usualSeconds }),
    viewerId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .optional()
      .openapi({
        description:
          'Your ID for the viewer: letters, digits, "_" and "-". It can be read in the links, so that a leaked link names its viewer: use an opaque ID, not a name or an email address.',
        example: 'seat-12',
      }),
    address: z.union([z.ipv4(), z.ipv6()]).optional().openapi({
      description:
        'The only IP address that can use the links; for IPv6, its /64. The links do not contain it. Viewers who change networks need new links.',
      example: '203.0.113.9',
    }),
  })
  .openapi('NewPlaybackSession');

export const PlaybackSession = z
  .strictObject({
    id: z.string().openapi({ pattern: '^[0-9a-z]{20}$', example: 'mic1h8g07h2kqv0m4x9r' }),
    expiresAt: time,
    viewerId: z.string().optional(),
    playback: z.strictObject({
      dash: url(`http://127.0.0.1:8090/local/${token}/7h2kqv0m4x9rt3bz/manifest.mpd`),
      hls: url(`http://127.0.0.1:8090/local/${token}/7h2kqv0m4x9rt3bz/index.m3u8`),
      page: url(`http://127.0.0.1:8080/watch/7h2kqv0m4x9rt3bz?region=local#${token}`),
    }),
  })
  .openapi('PlaybackSession', {
    description: 'Links for one viewer. They are shown only once; anyone who has them can watch.',
  });
