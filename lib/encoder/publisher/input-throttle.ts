import type { PublisherSeat } from './publisher-seat.ts';

/** How far a publisher may run ahead of the clock before we pause reading its link, and the lead at which reading resumes. */
const maxLeadMs = 400;
const resumeLeadMs = 200;
const maxBacklogBytes = 16 * 1024 * 1024;

/**
 * Pauses reading from a publisher that sends faster than real time or faster than ffmpeg can encode, so that TCP flow control
 * slows it down. `leadMs`: how far media is ahead of the clock; `backlogBytes`: input that ffmpeg hasn't read yet. Returns
 * true if this call paused reading.
 */
export function throttleInput(seat: PublisherSeat, leadMs: number, backlogBytes: number): boolean {
  if (!seat.paused) {
    if (leadMs <= maxLeadMs && backlogBytes <= maxBacklogBytes) return false;
    seat.pause();
    return true;
  }
  if (leadMs < resumeLeadMs && backlogBytes < maxBacklogBytes / 2) seat.resume();
  return false;
}
