import { mediaPlaceOf } from '../../lib/edge/live-origin/media-place.ts';
import { cacheKeyOf } from '../../lib/edge/policy/cache-key.ts';
import { PlaylistPositions } from '../../lib/edge/policy/limits/playlist-positions.ts';
import { isPartPath } from '../../lib/edge/policy/upstream/held.ts';
import { parseLiveRequest } from '../../lib/encoder/live/policy/live-request.ts';
import { partName, spriteName } from '../../lib/object-store/object-names.ts';
import { isMediaCredential, mediaCredential } from '../../lib/protocol/relay/media-credential.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { must, mustAgree } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

const nowMs = 1_790_000_000_000;
const keys = ['a-relay-key-of-the-fuzzer-0123'] as const;
const worker = 'encoder-1' as MemberId;
const credential = mediaCredential(keys, worker, nowMs);
const rendition = '/local/0123456789abcdef/1jm8p0v4c7h2kqv0/720p';
const playlist = `${rendition}/playlist.m3u8`;

/** What the edge lets through as a part must be one to the live origin and the worker. */
function readTarget(target: string): void {
  mediaPlaceOf(target);
  const asked = parseLiveRequest(target);
  if (asked?.kind === 'part') {
    const name = partName(asked.number, asked.index, asked.epoch, asked.run);
    must(target.split('?', 1)[0]?.endsWith(`/${name}`) === true, `'${target}' is another name of ${name}`);
  }
  if (asked?.kind === 'sprite') {
    const name = spriteName(asked.from, asked.count, asked.epoch);
    must(target.split('?', 1)[0]?.endsWith(`/${name}`) === true, `'${target}' is another name of ${name}`);
  }
  const key = cacheKeyOf(target)?.key;
  if (key === undefined) return;
  const [path = ''] = key.split('?', 1);
  if (isPartPath(path) && path.split('/').length === 6)
    mustAgree(parseLiveRequest(path)?.kind, 'part', `'${path}' at the worker`);
}

/** A playlist at segment 12, part 1: what is too far ahead is refused, what has been is answered by a newer one. */
function judge(target: string): void {
  const key = cacheKeyOf(target)?.key;
  if (key === undefined) return;
  const positions = new PlaylistPositions();
  positions.answered(`${playlist}?_HLS_msn=12&_HLS_part=1`, 0);
  positions.judge(key, 0);
  positions.answered(key, 0);
  must(
    positions.judge(key, 0) === undefined || key.startsWith(playlist),
    `'${key}' is judged by another's place`,
  );
}

export const liveTargets: readonly FuzzTarget[] = [
  {
    name: 'media-request',
    about:
      "what a viewer's request becomes at the live origin and at a worker's media port, and its credential",
    parsers: [
      'lib/edge/live-origin/media-place.ts',
      'lib/edge/policy/limits/playlist-positions.ts',
      'lib/encoder/live/policy/live-request.ts',
      'lib/protocol/relay/media-credential.ts',
    ],
    words: [
      credential,
      rendition,
      playlist,
      '/12.m4s',
      '/12.1-1-1.m4s',
      '/init-1-0.mp4',
      '?_HLS_msn=12',
      '&_HLS_part=1',
      '&_HLS_skip=YES',
      '/managed/',
      'Bearer ',
      '%3d',
      '9'.repeat(30),
    ],
    run(input) {
      const text = input.toString('latin1');
      readTarget(text);
      judge(text);
      must(
        !isMediaCredential(keys, worker, nowMs, text) ||
          text.trim().toLowerCase().includes(credential.slice(7)),
        `'${text}' opens a media port, but was never made`,
      );
    },
  },
];
