import { recordEveryMs } from './policy/audience-record.ts';
import { readLogLine } from './policy/log-line.ts';
import { ViewerSessions } from './policy/viewer-sessions.ts';
import { type AudienceRecording, recordAudience } from './record-audience.ts';

/** Longer than on one machine: the log has only a sample of the requests, and not quite in order. */
const silenceMs = 30_000;
/** A session takes about 300 bytes. */
const mostSessions = 200_000;

/**
 * Counts viewers by the lines of CloudFront's real-time log. One of it must see all of them: sessions are in its memory. Time is that of
 * the lines.
 */
export class LogCount {
  readonly #recording: AudienceRecording;
  readonly #sessions = new ViewerSessions({ silenceMs, mostSessions });
  #nowMs = 0;
  #takenMs = 0;

  constructor(recording: AudienceRecording) {
    this.#recording = recording;
  }

  /** Counts some lines, and records what was counted if that is due. */
  async count(lines: Iterable<string>): Promise<void> {
    for (const line of lines) {
      const request = readLogLine(line);
      if (request === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, request.atMs);
      this.#sessions.see(request);
    }
    if (this.#nowMs - this.#takenMs < recordEveryMs) return;
    this.#takenMs = this.#nowMs;
    await recordAudience(this.#recording, this.#sessions.take(this.#nowMs), this.#nowMs);
  }
}
