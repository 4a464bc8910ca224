import type { EmitEvent } from '../telemetry/events.ts';
import { busEvent } from './bus-events.ts';
import type { StreamEventBus, StreamEventStore } from './ports.ts';

/**
 * Wraps a store so that published journal entries also go to the bus, if there is one, once the store has them. For deployments
 * where nothing reads the store's own change stream, as a function does on AWS. A failing bus never fails the journal. The store
 * may be a class: its other methods run on the store itself, private fields and all.
 */
export function announcing<Store extends Pick<StreamEventStore, 'appendEvent'>>(
  store: Store,
  bus: StreamEventBus | undefined,
  emit: EmitEvent,
): Store {
  if (bus === undefined) return store;
  const appendEvent: StreamEventStore['appendEvent'] = async (event) => {
    await store.appendEvent(event);
    const announced = busEvent(event);
    if (announced === undefined) return;
    const { streamId, type } = event;
    await bus
      .publish([announced])
      .catch((cause: unknown) => emit('control.bus-event.lost', { streamId, type, cause }));
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'appendEvent') return appendEvent;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
