import { setTimeout as sleep } from 'node:timers/promises';
import { type Continuity, followTimes, type ServedSegment } from '../../lib/canary/policy/continuity.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { fetchMediaPlaylist, fetchMultivariant } from '../../testkit/media/playback.ts';

/** One complete rendition of a broadcast, as served by the edge. */
export interface ServedRendition {
  /** For example `360p`, `audio`. */
  readonly id: string;
  /** URL of its playlist. */
  readonly url: string;
  readonly ended: boolean;
  readonly video: boolean;
  readonly segments: readonly ServedSegment[];
  /** Init segments and media segments in playback order. */
  readonly media: Buffer;
  readonly continuity: Continuity;
}

/** How often a playlist is requested until it is marked as ended: caches keep it for 1 s each. */
const endTries = 50;
const endRetryMs = 200;

/**
 * Fetches every rendition of an ended broadcast, from its multivariant playlist at the edge. Throws if anything listed cannot
 * be fetched.
 */
export async function fetchBroadcast(url: string): Promise<ServedRendition[]> {
  const { variants } = await fetchMultivariant(url);
  const videos = variants.map(({ uri }) => uri);
  const sounds = variants.flatMap(({ audio }) => audio.flatMap(({ uri }) => (uri ? [uri] : [])));
  const all = [
    ...videos.map((uri) => ({ uri, video: true })),
    ...[...new Set(sounds)].map((uri) => ({ uri, video: false })),
  ];
  return await Promise.all(all.map(({ uri, video }) => fetchRendition(new URL(uri, url).href, video)));
}

async function fetchRendition(url: string, video: boolean): Promise<ServedRendition> {
  let playlist = await fetchMediaPlaylist(url);
  for (let tries = 1; !playlist.endlist && tries < endTries; tries++) {
    await sleep(endRetryMs);
    playlist = await fetchMediaPlaylist(url);
  }
  const pieces: Buffer[] = [];
  const segments: ServedSegment[] = [];
  let init = '';
  for (const {
    uri,
    map,
    mediaSequenceNumber: number,
    discontinuity = false,
    gap = false,
  } of playlist.segments) {
    if (gap) {
      segments.push({ number, discontinuity, gap });
      continue;
    }
    if (map && map.uri !== init) pieces.push(await bytes(new URL(map.uri, url).href));
    init = map?.uri ?? init;
    const media = await bytes(new URL(uri, url).href);
    pieces.push(media);
    segments.push({ number, discontinuity, gap, media });
  }
  return {
    id: new URL(url).pathname.split('/').at(-2) ?? '',
    url,
    ended: playlist.endlist,
    video,
    segments,
    media: Buffer.concat(pieces),
    continuity: followTimes(segments),
  };
}

async function bytes(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** The frame numbers that a rendition shows, in presentation order. */
export const framesOf = (rendition: ServedRendition): Promise<number[]> => readFrameNumbers(rendition.media);
