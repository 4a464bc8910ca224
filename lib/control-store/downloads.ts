import type { BroadcastId } from '../routing/ids.ts';

/**
 * - `queued`: waits for a runner
 * - `running`: is being written
 * - `ready`: can be downloaded until `expiresAtMs`
 * - `failed`: trying again would not help, or has been tried often enough
 */
export const downloadStates = ['queued', 'running', 'ready', 'failed'] as const;
export type DownloadState = (typeof downloadStates)[number];

/** A part of a recording, in milliseconds from its beginning. */
export interface ClipRange {
  /** @default 0 */
  readonly startMs?: number;
  /** @default the end of the recording */
  readonly endMs?: number;
}

/** A recording, or a clip of one, as a single MP4 file. Times named `…AtMs` are Unix milliseconds. */
export interface Download extends ClipRange {
  readonly id: string;
  readonly broadcastId: BroadcastId;
  /** @default the best one with pictures */
  readonly rendition?: string;
  /** What browsers call the file. */
  readonly fileName: string;
  readonly state: DownloadState;
  readonly askedAtMs: number;
  /** How often a runner has begun it. */
  readonly tries: number;
  /** When its runner last said that it is at work. It only saves a second runner's work: two may write the same file. */
  readonly beatAtMs?: number;
  /** From 0 to 1. */
  readonly progress?: number;
  readonly sizeBytes?: number;
  readonly durationMs?: number;
  /** When a ready one is deleted, and a failed one forgotten. */
  readonly expiresAtMs?: number;
  /** Why it failed, for people. */
  readonly detail?: string;
}

/** A stream's downloads, oldest first; the document is removed with the last one. */
export interface Downloads {
  readonly items: readonly Download[];
}
