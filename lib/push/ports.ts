import type { ControlStore } from '../control-store/ports.ts';
import type { Clock } from '../net/clock.ts';

/** The slice of the control store that pushes need: settings, the broadcast's name, how they stand, the journal. */
export type PushStore = Pick<
  ControlStore,
  'getStream' | 'getLease' | 'getDocument' | 'putDocument' | 'appendEvent'
>;

/** A clock, and chance for the pauses between tries. */
export interface PushClock extends Clock {
  /** From 0 up to 1. */
  random(): number;
}
