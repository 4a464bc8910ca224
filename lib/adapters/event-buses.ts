import { type EventBusLocation, splitLocation } from '../config/locations.ts';
import type { StreamEventBus } from '../control/ports.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { logEventBus } from './local/log-event-bus.ts';

/** Opens the event bus at `location`. */
export async function openEventBus(location: EventBusLocation, emit: EmitEvent): Promise<StreamEventBus> {
  if (location === 'log') return logEventBus(emit);
  const { createEventBridgeBus } = await import('./aws/event-bridge-bus.ts');
  return createEventBridgeBus({ busName: splitLocation(location).rest });
}
