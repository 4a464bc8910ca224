import type { LatencyMode } from '../../../control-store/records.ts';
import type { BroadcastId } from '../../../routing/ids.ts';

/** What a broadcast's playlists say right now, for the media port: it reads this and nothing else of the publication. */
export interface LiveView {
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
  readonly latency: LatencyMode;
  readonly ended: boolean;
  /** Ids of all renditions that have a playlist. */
  readonly renditions: readonly string[];
  /**
   * The newest thing that a playlist names: part `part` of segment `msn`; `part` is undefined if `msn` is whole, as always with
   * standard latency. Undefined before the first.
   */
  position(rendition: string): { readonly msn: number; readonly part?: number } | undefined;
  /** `skip`: a delta update may be answered. */
  mediaPlaylist(rendition: string, skip: boolean): string | undefined;
  index(scope: 'stream' | 'broadcast'): string | undefined;
  manifest(scope: 'stream' | 'broadcast'): string | undefined;
  init(rendition: string, name: string): Buffer | undefined;
  /** The part that comes next, as its hint names it. */
  nextPart(
    rendition: string,
  ): { readonly number: number; readonly index: number; readonly run: number } | undefined;
}
