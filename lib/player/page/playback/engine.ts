import type { PlaybackTarget } from '../model/playback-target.ts';
import type { Quality } from '../model/qualities.ts';
import type { Refusal } from '../model/viewer-scene.ts';

/** Plays a target in a video element. */
export interface PlaybackEngine {
  /** Whether a new playback token takes effect without loading the target again. */
  readonly swapsTokens: boolean;
  /** Replaces the loaded target. `position`: where to begin. @default where the target says. Throws `PlaybackError`. */
  load(target: PlaybackTarget, position?: number): Promise<void>;
  /** Current facts; cheap, read several times per second. */
  facts(): PlaybackFacts;
  /** Fixes one quality or sound without pictures (`audioOnlyId`), or leaves the choice to the engine (undefined). */
  selectQuality(id: string | undefined): void;
  /** Whether what was selected takes another load to apply. */
  readonly mustReload: boolean;
  /** For the curious; cheap. */
  details(): PlaybackDetails;
  /** Shows a text track, or none. */
  selectCaptions(id: string | undefined): void;
  /** Back to the live edge, and kept there. */
  goToLive(): void;
  /** The viewer wants to be there, in seconds of presentation time. */
  seek(position: number): void;
  /** Unloads the target, leaving the element empty. */
  unload(): Promise<void>;
  destroy(): Promise<void>;
}

export interface EngineOptions {
  readonly video: HTMLVideoElement;
  /** Container that captions are rendered in. */
  readonly captions: HTMLElement;
  /** Ignores qualities above this height, for a small preview. */
  readonly maxHeight?: number;
  /** The engine can't continue playing the loaded target. */
  onFailed(error: PlaybackError): void;
  /** The edge serves nothing of the stream: it was taken down (HTTP 410), or there is no valid link (403). */
  onRefused(refusal: Refusal): void;
  /** The current playback token, for requests that carry one. */
  token(): string | undefined;
}

export interface PlaybackFacts {
  /** The presentation is still growing. */
  readonly live: boolean;
  /** Playback is at the live edge and is kept there; false if the viewer paused or went back. */
  readonly following: boolean;
  /** It was growing when it was loaded, and no longer is. @default unknown */
  readonly ended?: boolean;
  /** The seekable range in seconds of presentation time; `end` is the live edge. */
  readonly range: { readonly start: number; readonly end: number };
  /** It has no pictures. */
  readonly soundAlone: boolean;
  /** What there is to choose from where playback is. */
  readonly qualities: readonly Quality[];
  /** The quality on screen. */
  readonly shownQuality?: Quality;
  /** The quality that the viewer chose, which may not be made at the moment; undefined if the engine chooses. */
  readonly chosenQualityId?: string;
  /** Sound can be had without the pictures. */
  readonly offersAudioOnly: boolean;
  /** Position of stream time 0; undefined if that is unknown. */
  readonly streamStart?: number;
  /** Unix ms of position 0, where the manifest has no stream time, but a clock. */
  readonly clockStartMs?: number;
  readonly captions: readonly CaptionTrack[];
  readonly chosenCaptionsId?: string;
  /** See model/latency.ts; undefined if the manifest has no clock. */
  readonly latencyMs?: number;
}

export interface PlaybackDetails {
  /** What the network carries, as far as it was seen. */
  readonly throughputBps?: number;
  /** RFC 6381. */
  readonly codecs?: string;
  /** What playback is kept at. */
  readonly targetLatencyMs?: number;
}

export interface CaptionTrack {
  readonly id: string;
  readonly label: string;
}

export const noFacts: PlaybackFacts = {
  live: false,
  following: false,
  range: { start: 0, end: 0 },
  soundAlone: false,
  qualities: [],
  offersAudioOnly: false,
  captions: [],
};

/** The video can't be loaded or continued; `cause` is the engine's error. */
export class PlaybackError extends Error {
  override readonly name = 'PlaybackError';
  readonly code = 'PLAYBACK_FAILED';
}
