import type { PlaybackTarget } from '../model/playback-target.ts';
import type { Quality } from '../model/qualities.ts';

/** What plays a target in a video element. */
export interface PlaybackEngine {
  /** Replaces what is loaded. Throws `PlaybackError`. */
  load(target: PlaybackTarget): Promise<void>;
  /** Facts of this moment; cheap, read a few times a second. */
  facts(): PlaybackFacts;
  /** Holds one quality, or leaves the choice to the engine (undefined). */
  selectQuality(id: string | undefined): void;
  /** Shows a text track, or none. */
  selectCaptions(id: string | undefined): void;
  goToLive(): void;
  /** Lets go of what is loaded; the element is empty then. */
  unload(): Promise<void>;
  destroy(): Promise<void>;
}

export interface EngineOptions {
  readonly video: HTMLVideoElement;
  /** Captions are drawn in it. */
  readonly captions: HTMLElement;
  /** Qualities above this height are left out, for a small preview. */
  readonly maxHeight?: number;
  /** The engine cannot go on with what it has loaded. */
  onFailed(error: PlaybackError): void;
  /** The edge answered that the stream was taken down (HTTP 410). */
  onTakenDown(): void;
}

export interface PlaybackFacts {
  /** The presentation is still growing. */
  readonly live: boolean;
  /** Where one may seek to, in seconds of presentation time; `end` is the live edge. */
  readonly range: { readonly start: number; readonly end: number };
  readonly qualities: readonly Quality[];
  /** The quality on its way to the screen. */
  readonly activeQuality?: Quality;
  /** The quality that the viewer chose; undefined where the engine chooses. */
  readonly chosenQualityId?: string;
  readonly captions: readonly CaptionTrack[];
  readonly chosenCaptionsId?: string;
  /** See model/latency.ts; undefined where the manifest has no clock. */
  readonly latencyMs?: number;
}

export interface CaptionTrack {
  readonly id: string;
  readonly label: string;
}

export const noFacts: PlaybackFacts = {
  live: false,
  range: { start: 0, end: 0 },
  qualities: [],
  captions: [],
};

/** The video cannot be loaded or played on; `cause` is what the engine said. */
export class PlaybackError extends Error {
  override readonly name = 'PlaybackError';
  readonly code = 'PLAYBACK_FAILED';
}
