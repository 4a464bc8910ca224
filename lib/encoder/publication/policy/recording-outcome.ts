import type { EndReason } from '../../../control-store/records.ts';

/** How writing a recording came out. `fault`: its last segments or its playlists could not be written. */
export interface RecordingOutcome {
  readonly durationMs: number;
  readonly lostSegments: number;
  readonly fault: { readonly cause: unknown } | undefined;
}

/** Why a recording is not whole, in plain words; undefined where it is. `encoderStuck`: ffmpeg had to be killed at the end. */
export function whyIncomplete(
  { fault, lostSegments }: RecordingOutcome,
  reason: EndReason,
  encoderStuck: boolean,
): string | undefined {
  if (fault) return 'the origin did not take all of it in time';
  if (lostSegments > 0) return 'the origin did not take some of it while it was on air';
  if (encoderStuck) return 'the encoder did not finish its last part in time';
  return reason === 'encoder-failed' ? 'the encoder failed before its end' : undefined;
}
