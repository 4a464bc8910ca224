import type { StreamState } from '../api/types.ts';

/** What a stream's own manifest reveals about it. */
export interface ManifestState {
  readonly state: Extract<StreamState, 'live' | 'ended'>;
  /** The newest broadcast, which the manifest points to. */
  readonly broadcastId: string | undefined;
}

/** Reads a stream's MPD as the encoder writes it; undefined if it isn't one. */
export function readManifestState(mpd: string): ManifestState | undefined {
  const root = /<MPD\b[^>]*>/.exec(mpd)?.[0];
  if (root === undefined) return undefined;
  return {
    state: /\stype="dynamic"/.test(root) ? 'live' : 'ended',
    broadcastId: /<BaseURL>([A-Za-z0-9_-]+)\/<\/BaseURL>/.exec(mpd)?.[1],
  };
}

/** Whether an MPD or a multivariant playlist has pictures, not sound alone. */
export const namesPictures = (manifest: string): boolean =>
  /<AdaptationSet\b[^>]*\scontentType="video"/.test(manifest) ||
  /^#EXT-X-STREAM-INF:[^\n]*\bRESOLUTION=/m.test(manifest);

/** The URL of the first rendition in a multivariant playlist; undefined if it isn't one. */
export const firstRendition = (multivariant: string): string | undefined =>
  /^#EXT-X-STREAM-INF[^\n]*\n(?:#[^\n]*\n)*([^#\s][^\r\n]*)/m.exec(multivariant)?.[1];

/** The same from HLS: the multivariant playlist points to the broadcast, a media playlist shows if it is still growing. */
export function readPlaylistState(multivariant: string, media: string): ManifestState | undefined {
  if (!multivariant.startsWith('#EXTM3U') || !/^#EXTINF:/m.test(media)) return undefined;
  return {
    state: /^#EXT-X-ENDLIST/m.test(media) ? 'ended' : 'live',
    broadcastId: /^([A-Za-z0-9_-]+)\//.exec(firstRendition(multivariant) ?? '')?.[1],
  };
}
