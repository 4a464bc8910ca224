import type { StreamEventBus } from '../../control-store/ports.ts';
import type { EmitEvent } from '../../telemetry/events.ts';

/** One machine's event bus: a line of the log for each event, `control.bus-event.published`. */
export function logEventBus(emit: EmitEvent): StreamEventBus {
  return {
    async publish(events) {
      for (const event of events) emit('control.bus-event.published', event);
    },
    close() {},
  };
}
