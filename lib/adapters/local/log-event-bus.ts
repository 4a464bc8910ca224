import type { StreamEventBus } from '../../control-store/ports.ts';
import type { EmitEvent } from '../../telemetry/events.ts';

/** The event bus on one machine: logs each event as `control.bus-event.published`. */
export function logEventBus(emit: EmitEvent): StreamEventBus {
  return {
    async publish(events) {
      for (const event of events) emit('control.bus-event.published', event);
    },
    close() {},
  };
}
