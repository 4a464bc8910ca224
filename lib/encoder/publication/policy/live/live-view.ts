import type { LatencyMode } from '../../../../control-store/records.ts';
import type { BroadcastId } from '../../../../routing/ids.ts';

/** The newest thing that a rendition's playlist names: part `part` of segment `msn`, or all of it. */
export interface PlaylistPosition {
  readonly msn: number;
  /** @default the segment is whole */
  readonly part?: number;
}

/** What viewers of one broadcast may be told now: texts, and what they name. Bytes of media are elsewhere. */
export interface LiveView {
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
  readonly latency: LatencyMode;
  /** No segment follows: playlists and manifests are those of the recording. */
  readonly ended: boolean;
  /** Ids of all renditions that have a playlist. */
  readonly renditions: readonly string[];
  /** Undefined before the first. Goes back when another encoder run makes a segment again. */
  position(rendition: string): PlaylistPosition | undefined;
  /** `skip`: a delta update may be answered. */
  mediaPlaylist(rendition: string, skip: boolean): string | undefined;
  index(scope: 'stream' | 'broadcast'): string | undefined;
  manifest(scope: 'stream' | 'broadcast'): string | undefined;
  /** An init segment that the playlists name; undefined if it is no longer known here. */
  init(rendition: string, name: string): Buffer | undefined;
  /** The part that comes next, as its hint names it. */
  nextPart(
    rendition: string,
  ): { readonly number: number; readonly index: number; readonly run: number } | undefined;
}
