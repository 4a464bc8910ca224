import { z } from '@hono/zod-openapi';
import { longestSessionMs } from '../../../edge/policy/access/signing-keys.ts';
import { examples } from './examples.ts';
import { time, url } from './schema-parts.ts';

export const LatencyMode = z.enum(['low', 'standard']).openapi('LatencyMode', {
  description:
    'low: viewers are about 2 seconds behind the broadcaster; players that can’t are further behind. standard: about 7 seconds, with fewer requests per viewer.',
  example: 'low',
});

export const PlaybackMode = z.enum(['public', 'signed']).openapi('PlaybackMode', {
  description: 'public: anyone with the address can watch. signed: only viewers with a playback link can.',
  example: 'public',
});

const poster = (example: string) =>
  url(
    'A picture (JPEG, at most 1280 wide): of a live broadcast the newest, a few seconds old, of a recording one that shows something. Omitted if there are none: for sound alone, and with medialive.',
    example,
  );
const storyboard = (example: string) =>
  url(
    'Pictures for the seek bar (WebVTT, whose cues name areas of JPEG sprites as "#xywh="), one each 4 seconds. Cue times are those of the recording and of DASH; a NOTE says which instant is 0. Grows while the broadcast is live. Omitted if there are none.',
    example,
  );

const { playback: ofStream } = examples.stream;

export const Playback = z
  .strictObject({
    access: PlaybackMode.openapi({
      description:
        'Who can watch. If signed, these addresses play only with a token: create a playback session.',
    }),
    dash: url('DASH manifest, for players of your own.', ofStream.dash),
    hls: url('HLS playlist, for players of your own.', ofStream.hls),
    page: url('The page that plays it.', ofStream.page),
    manifests: z.array(z.enum(['dash', 'hls'])).openapi({
      description: 'Which of the two manifests are available. Some encoders produce only one of them.',
      example: ['dash', 'hls'],
    }),
    poster: poster(ofStream.poster).optional(),
    storyboard: storyboard(ofStream.storyboard).optional(),
  })
  .openapi('Playback', {
    description: 'Playback URLs. They stay the same from one broadcast to the next.',
    example: ofStream,
  });

const { playback: ofBroadcast } = examples.stream.broadcast;

export const BroadcastPlayback = z
  .strictObject({
    dash: url('DASH manifest of this broadcast.', ofBroadcast.dash),
    hls: url('HLS playlist of this broadcast.', ofBroadcast.hls),
    page: url('The page that plays this broadcast.', ofBroadcast.page),
    poster: poster(ofBroadcast.poster).optional(),
    storyboard: storyboard(ofBroadcast.storyboard).optional(),
  })
  .openapi('BroadcastPlayback', {
    description:
      'Playback URLs of this broadcast, live and recorded. If the stream is signed, they play only with a token.',
    example: ofBroadcast,
  });

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
  .openapi('NewPlaybackSession', {
    description: 'Whom the links are for, and for how long.',
    example: examples.newPlaybackSession,
  });

const { playback: ofSession } = examples.playbackSession;

const SessionPlayback = z
  .strictObject({
    dash: url('DASH manifest, with the token in its path.', ofSession.dash),
    hls: url('HLS playlist, with the token in its path.', ofSession.hls),
    page: url('The page that plays it, with the token as its fragment.', ofSession.page),
    poster: url('The stream’s picture, if it has one.', ofSession.poster),
    storyboard: url('Pictures for the seek bar, if there are some.', ofSession.storyboard),
  })
  .openapi('SessionPlayback', { description: 'Playback URLs of one viewer.', example: ofSession });

export const PlaybackSession = z
  .strictObject({
    id: z.string().openapi({
      description: 'ID of the session, to revoke it with.',
      pattern: '^[0-9a-z]{20}$',
      example: examples.playbackSession.id,
    }),
    expiresAt: time('When the links stop working.', '2026-11-22T22:00:00.000Z'),
    viewerId: z
      .string()
      .optional()
      .openapi({ description: 'Your ID for the viewer, if you gave one.', example: 'seat-12' }),
    playback: SessionPlayback,
  })
  .openapi('PlaybackSession', {
    description: 'Links for one viewer. They are shown only once; anyone who has them can watch.',
    example: examples.playbackSession,
  });
