import type { ControlStore } from '../control-store/ports.ts';
import type { Clock } from '../net/clock.ts';

/** The part of the control store that pushes need: settings, the broadcast's id, push states, the journal. */
export type PushStore = Pick<
  ControlStore,
  'getStream' | 'getLease' | 'getDocument' | 'putDocument' | 'appendEvent'
>;

/** A clock, and randomness for the pauses between attempts. */
export interface PushClock extends Clock {
  /** From 0 up to 1. */
  random(): number;
}
