import type { EndReason } from '../../../control-store/records.ts';

/** How writing a recording turned out. `fault`: its last segments or its playlists could not be written. */
export interface RecordingOutcome {
  readonly durationMs: number;
  /** What its segments come to, all renditions together. */
  readonly bytes: number;
  readonly lostSegments: number;
  readonly fault: { readonly cause: unknown } | undefined;
}

/**
 * Why a recording is incomplete, for people; undefined if it is complete. `encoderStuck`: ffmpeg had to be killed at the end.
 */
export function whyIncomplete(
  { fault, lostSegments }: RecordingOutcome,
  reason: EndReason,
  encoderStuck: boolean,
): string | undefined {
  if (fault) return 'the origin did not store its end in time';
  if (lostSegments > 0) return 'the origin did not store some segments during the broadcast';
  if (encoderStuck) return 'the encoder did not finish the last segment in time';
  return reason === 'encoder-failed' ? 'the encoder failed before the broadcast ended' : undefined;
}
