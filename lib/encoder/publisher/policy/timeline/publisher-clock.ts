import { tooLateMs } from './lateness.ts';
import type { TrackState } from './timeline-track.ts';

/** A step of a track's timestamps that differs from the clock's by more than this is a jump: the publisher reset its clock. */
export const jumpMs = 1000;
/** A backward step up to this among real media is jitter: the tag is moved to just after the last one. */
export const jitterMs = 100;

/**
 * Takes jumps of the publisher's clock out of a track's time, now that its timestamps made a step of `stepMs`: a clock that jumps is
 * the clock of both tracks, even if one of them is sent later. Returns true if this track shows a jump that the other has not shown.
 */
export function followJump(state: TrackState, other: TrackState, stepMs: number, now: number): boolean {
  const elapsedMs = now - state.heardMs;
  const othersMs = other.publisherMs === undefined ? 0 : other.jumpedMs - state.jumpedMs;
  const isBack = stepMs < -jitterMs && elapsedMs - stepMs > jumpMs;
  const isAhead = stepMs > elapsedMs + jumpMs && stepMs - state.behindMs - elapsedMs > jumpMs + other.skewMs;
  const hasJumped = isBack || isAhead;
  if (Math.abs(othersMs) > tooLateMs) {
    const restMs = stepMs - othersMs;
    const isOthers = Math.abs(restMs - elapsedMs) < Math.min(jumpMs, Math.abs(othersMs) / 2);
    if (isOthers || (hasJumped && restMs >= -jitterMs && restMs < elapsedMs + jumpMs)) {
      state.jumpedMs = other.jumpedMs;
      state.moved = true;
      return false;
    }
  }
  if (!hasJumped) return false;
  // As late as before, but after the last tag.
  state.jumpedMs += Math.round(stepMs - Math.max(state.frameMs, elapsedMs));
  state.jump = { atMs: now, elapsedMs };
  state.moved = true;
  correctJump(other, state);
  return true;
}

/** The other track has just jumped, after a pause in which the clock may have stood: this one, without a pause, knows how far. */
function correctJump(other: TrackState, { jumpedMs, jump }: TrackState): void {
  if (!jump || !other.jump || jump.atMs - other.jump.atMs > jumpMs) return;
  if (jump.elapsedMs > jumpMs || other.jump.elapsedMs <= jumpMs) return;
  if (Math.abs(other.jumpedMs - jumpedMs) <= tooLateMs) return;
  other.jumpedMs = jumpedMs;
  other.publisherMs = other.timestampMs - jumpedMs;
  other.moved = true;
}
