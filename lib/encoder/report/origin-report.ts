import { playerBufferMs, segmentMs } from '../../packaging/segment-grid.ts';
import type { Reporter } from './reporter.ts';

/**
 * A segment is late when viewers may notice. A player with three segments of buffer has two left when the next segment is due;
 * half of that is allowed for the path through the edge.
 */
const lateAfterMs = (playerBufferMs - segmentMs) / 2;

/** What a broadcast reports about its writes to the origin. */
export class OriginReport {
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  trouble({ cause, full, queuedSegments }: OriginTrouble): void {
    const { about, emit, journal } = this.#reporter;
    const facts = { ...about, queuedSegments, cause };
    if (full) emit('encoder.origin.full', facts);
    else emit('encoder.origin.trouble', facts);
    const detail = full ? 'no room left' : 'no response';
    journal.append('origin.trouble', { detail, queuedMs: queuedSegments * segmentMs });
  }

  recovered({ downMs, lostSegments }: { downMs: number; lostSegments: number }): void {
    const { about, emit, journal } = this.#reporter;
    emit('encoder.origin.recovered', { ...about, downMs: Math.round(downMs), lostSegments });
    journal.append('origin.recovered', { downMs, lostMs: lostSegments * segmentMs });
  }

  /** Returns whether it was in time. If the publisher's own media is late, that isn't our fault. */
  arrived({ number, segments, lateMs, leadMs }: Arrival): boolean {
    const publisherLateMs = Math.max(0, -leadMs);
    if (lateMs - publisherLateMs <= lateAfterMs) return true;
    this.#reporter.emit('encoder.segment.late', {
      ...this.#reporter.about,
      number,
      segments,
      lateMs: Math.round(lateMs),
      publisherLateMs: Math.round(publisherLateMs),
    });
    return false;
  }
}

interface OriginTrouble {
  readonly cause: unknown;
  readonly full: boolean;
  readonly queuedSegments: number;
}

/** How segments reached the origin. */
export interface Arrival {
  /** The newest one's number. */
  readonly number: number;
  readonly segments: number;
  /** How long after players could have requested the newest one. */
  readonly lateMs: number;
  /** How far media is ahead of the clock; negative if the publisher is behind. */
  readonly leadMs: number;
}
