import type { Emit } from './event.ts';
import { originEvents } from './origin-events.ts';
import { platformEvents } from './platform-events.ts';
import { processEvents } from './process-events.ts';

/**
 * The one table of log events, in path order. Each stage keeps its rows in a file beside this one. No row has a field
 * for a secret: keys are named by their stream id.
 */
export const events = {
  ...processEvents,
  ...originEvents,
  ...platformEvents,
} as const;

export type EventName = keyof typeof events;
export type EmitEvent = Emit<typeof events>;
