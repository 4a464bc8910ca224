import type { PlaybackMethod } from './protocol.ts';
import type { StreamState } from './stream-state.ts';

/** What the viewer page knows of the stream. `unreachable`: the API does not answer; the video may play all the same. */
export type StreamKnowledge =
  | { readonly kind: 'asking' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreachable' }
  | {
      readonly kind: 'known';
      readonly state: StreamState;
      readonly broadcastId?: string;
      readonly dash: string;
      readonly hls: string;
    };

/** What to give to the player. */
export interface PlaybackTarget {
  readonly url: string;
  /** Where the player begins: at the live edge or at the first second. */
  readonly from: 'live' | 'start';
  readonly broadcastId?: string;
}

/** Where the stream's own manifests are when the API cannot tell: the edge's paths follow the object keys. */
export interface FallbackPlace {
  readonly edgeBaseUrl: string;
  readonly region: string;
  readonly streamId: string;
}

/**
 * What should play now, or undefined where there is nothing to play yet. The broadcast's own manifest is preferred to the
 * stream's: its name changes with the broadcast, so no cache on the way can answer with the one before.
 */
export function playbackTarget(
  stream: StreamKnowledge,
  method: PlaybackMethod,
  place: FallbackPlace,
): PlaybackTarget | undefined {
  const file = method === 'dash' ? 'manifest.mpd' : 'index.m3u8';
  if (stream.kind === 'unreachable') {
    const { edgeBaseUrl, region, streamId } = place;
    return { url: `${edgeBaseUrl}/${region}/${encodeURIComponent(streamId)}/${file}`, from: 'live' };
  }
  if (stream.kind !== 'known' || stream.state === 'idle' || stream.state === 'starting') return undefined;
  const base = method === 'dash' ? stream.dash : stream.hls;
  const url = stream.broadcastId === undefined ? base : new URL(`${stream.broadcastId}/${file}`, base).href;
  return { url, from: stream.state === 'ended' ? 'start' : 'live', broadcastId: stream.broadcastId };
}

/** True where `next` is another broadcast than the one loaded, so that the player must load again. */
export function mustReload(loaded: PlaybackTarget | undefined, next: PlaybackTarget | undefined): boolean {
  if (next === undefined) return false;
  if (loaded === undefined) return true;
  if (next.broadcastId === undefined || loaded.broadcastId === undefined) return false;
  return loaded.broadcastId !== next.broadcastId;
}
