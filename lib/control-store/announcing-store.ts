import type { EmitEvent } from '../telemetry/events.ts';
import { busEvent } from './bus-events.ts';
import type { StreamEventBus, StreamEventStore } from './ports.ts';

/**
 * Wraps a store so that published journal entries also go to the bus, if there is one, once the store has them. For deployments
 * where nothing reads the store's own change stream, as a function does on AWS. A failing bus never fails the journal.
 */
export function announcing<Store extends Pick<StreamEventStore, 'appendEvent'>>(
  store: Store,
  bus: StreamEventBus | undefined,
  emit: EmitEvent,
): Store {
  if (bus === undefined) return store;
  return {
    ...store,
    async appendEvent(event) {
      await store.appendEvent(event);
      const announced = busEvent(event);
      if (announced === undefined) return;
      const { streamId, type } = event;
      await bus
        .publish([announced])
        .catch((cause: unknown) => emit('control.bus-event.lost', { streamId, type, cause }));
    },
  };
}
