import type { StreamState } from './stream-state.ts';

/** What a stream's own MPD tells of it. */
export interface ManifestState {
  readonly state: Extract<StreamState, 'live' | 'ended'>;
  /** The newest broadcast, which the MPD leads to. */
  readonly broadcastId: string | undefined;
}

/** Reads the MPD of a stream as the encoder writes it; undefined where it is none. */
export function readManifestState(mpd: string): ManifestState | undefined {
  const root = /<MPD\b[^>]*>/.exec(mpd)?.[0];
  if (root === undefined) return undefined;
  return {
    state: /\stype="dynamic"/.test(root) ? 'live' : 'ended',
    broadcastId: /<BaseURL>([A-Za-z0-9_-]+)\/<\/BaseURL>/.exec(mpd)?.[1],
  };
}
