import { audienceEvents } from './audience-events.ts';
import { canaryEvents } from './canary-events.ts';
import { controlEvents } from './control-events.ts';
import { edgeEvents } from './edge-events.ts';
import { encoderEvents } from './encoder-events.ts';
import type { Emit } from './event.ts';
import { ingestEvents } from './ingest-events.ts';
import { managedEvents } from './managed-events.ts';
import { originEvents } from './origin-events.ts';
import { platformEvents } from './platform-events.ts';
import { playerEvents } from './player-events.ts';
import { popEvents } from './pop-events.ts';
import { processEvents } from './process-events.ts';
import { pushEvents } from './push-events.ts';

/**
 * All log events, in path order. Each stage declares its own in a file beside this one. No event has a field for a
 * secret; keys are identified by their stream id.
 */
export const events = {
  ...processEvents,
  ...popEvents,
  ...ingestEvents,
  ...pushEvents,
  ...encoderEvents,
  ...originEvents,
  ...edgeEvents,
  ...audienceEvents,
  ...platformEvents,
  ...playerEvents,
  ...controlEvents,
  ...managedEvents,
  ...canaryEvents,
} as const;

export type EventName = keyof typeof events;
export type EmitEvent = Emit<typeof events>;
