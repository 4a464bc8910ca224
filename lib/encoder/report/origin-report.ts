import { playerBufferMs, segmentMs } from '../../packaging/grid.ts';
import type { Reporter } from './reporter.ts';

/**
 * A segment is late when a viewer may feel it. A player with three segments ahead has two left when the next segment is due;
 * half of that is for the way through the edge.
 */
const lateAfterMs = (playerBufferMs - segmentMs) / 2;

/** What a broadcast tells of its way into the origin. */
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
    const detail = full ? 'it has no room left' : 'it does not answer';
    journal.tell('origin.trouble', { detail, queuedMs: queuedSegments * segmentMs });
  }

  recovered({ downMs, lostSegments }: { downMs: number; lostSegments: number }): void {
    const { about, emit, journal } = this.#reporter;
    emit('encoder.origin.recovered', { ...about, downMs: Math.round(downMs), lostSegments });
    journal.tell('origin.recovered', { downMs, lostMs: lostSegments * segmentMs });
  }

  /** A publisher whose own media comes late is no fault of ours. */
  arrived({ number, segments, lateMs, leadMs }: Arrival): void {
    const publisherLateMs = Math.max(0, -leadMs);
    if (lateMs - publisherLateMs <= lateAfterMs) return;
    this.#reporter.emit('encoder.segment.late', {
      ...this.#reporter.about,
      number,
      segments,
      lateMs: Math.round(lateMs),
      publisherLateMs: Math.round(publisherLateMs),
    });
  }
}

interface OriginTrouble {
  readonly cause: unknown;
  readonly full: boolean;
  readonly queuedSegments: number;
}

/** How segments came to the origin. */
export interface Arrival {
  /** The newest one's. */
  readonly number: number;
  readonly segments: number;
  /** After players came to rely on the newest one. */
  readonly lateMs: number;
  /** How far media is ahead of the clock; negative where the publisher is behind. */
  readonly leadMs: number;
}
