import { z } from '@hono/zod-openapi';
import { longestSessionMs } from '../../../edge/policy/access/signing-keys.ts';
import { time, url } from './schema-parts.ts';

export const LatencyMode = z.enum(['low', 'standard']).openapi('LatencyMode', {
  description:
    'low: viewers are about 2 seconds behind the broadcaster; players that can’t are further behind. standard: about 7 seconds, with fewer requests per viewer.',
});

export const PlaybackMode = z.enum(['public', 'signed']).openapi('PlaybackMode', {
  description: 'public: anyone with the address can watch. signed: only viewers with a playback link can.',
});

const poster = (example: string) =>
  url(example).openapi({
    description:
      'A picture (JPEG, at most 1280 wide): of a live broadcast the newest, a few seconds old, of a recording one that shows something. Omitted if there are none: for sound alone, and with medialive.',
  });
const storyboard = (example: string) =>
  url(example).openapi({
    description:
      'Pictures for the seek bar (WebVTT, whose cues name areas of JPEG sprites as "#xywh="), one each 4 seconds. Cue times are those of the recording and of DASH; a NOTE says which instant is 0. Grows while the broadcast is live. Omitted if there are none.',
  });

export const Playback = z
  .strictObject({
    access: PlaybackMode.openapi({
      description:
        'Who can watch. If signed, these addresses play only with a token: create a playback session.',
    }),
    dash: url('http://127.0.0.1:8090/local/7h2kqv0m4x9rt3bz/manifest.mpd'),
    hls: url('http://127.0.0.1:8090/local/7h2kqv0m4x9rt3bz/index.m3u8'),
    page: url('http://127.0.0.1:8080/watch/7h2kqv0m4x9rt3bz?region=local'),
    manifests: z.array(z.enum(['dash', 'hls'])).openapi({
      description: 'Which of the two manifests are available. Some encoders produce only one of them.',
    }),
    poster: poster('http://127.0.0.1:8090/local/7h2kqv0m4x9rt3bz/poster.jpg').optional(),
    storyboard: storyboard('http://127.0.0.1:8090/local/7h2kqv0m4x9rt3bz/storyboard.vtt').optional(),
  })
  .openapi('Playback', { description: 'Playback URLs. They stay the same from one broadcast to the next.' });

const media = 'http://127.0.0.1:8090/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0';

export const BroadcastPlayback = z
  .strictObject({
    dash: url(`${media}/manifest.mpd`),
    hls: url(`${media}/index.m3u8`),
    page: url('http://127.0.0.1:8080/watch/7h2kqv0m4x9rt3bz?region=local&broadcast=1jm8p0v4c7h2kqv0'),
    poster: poster(`${media}/poster.jpg`).optional(),
    storyboard: storyboard(`${media}/storyboard.vtt`).optional(),
  })
  .openapi('BroadcastPlayback', {
    description:
      'Playback URLs of this broadcast, live and recorded. If the stream is signed, they play only with a token.',
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
      .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'Must be 1 to 64 letters, digits, "_" and "-".' })
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
      poster: url(`http://127.0.0.1:8090/local/${token}/7h2kqv0m4x9rt3bz/poster.jpg`),
      storyboard: url(`http://127.0.0.1:8090/local/${token}/7h2kqv0m4x9rt3bz/storyboard.vtt`),
    }),
  })
  .openapi('PlaybackSession', {
    description: 'Links for one viewer. They are shown only once; anyone who has them can watch.',
  });
