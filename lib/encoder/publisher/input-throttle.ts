import type { PublisherSeat } from './publisher-seat.ts';

/** How far a publisher may be ahead of the clock before its link is read no more, and when reading goes on. */
const maxLeadMs = 8000;
const resumeLeadMs = 6000;
const maxBacklogBytes = 16 * 1024 * 1024;

/**
 * Leaves the connection of a publisher that sends faster than real time, or than ffmpeg works, to fill up. `leadMs`: media's
 * lead over the clock; `backlogBytes`: what ffmpeg has not taken. Returns true where reading has just stopped.
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
