import type { PublicationState } from '../publication-model.ts';
import type { LiveTail } from './live-tail.ts';

/** Input of the models of what viewers of a live broadcast may be told now: `state` ends with the last number that is listed. */
export interface LiveState {
  readonly state: PublicationState;
  /** Undefined if players are told of whole segments only. */
  readonly tail?: LiveTail;
}
