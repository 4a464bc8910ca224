import { busEvent } from './policy/bus-events.ts';
import type { StreamEventRecord } from './policy/records.ts';
import type { StreamEventBus, StreamEventStore } from './ports.ts';

/**
 * The store, with what other systems are told of a stream's story put on the bus once the store has it. For where nothing
 * follows the store's own stream of changes, as a function does on AWS. A bus that fails never fails the story.
 */
export function announcing<Store extends Pick<StreamEventStore, 'appendEvent'>>(
  store: Store,
  bus: StreamEventBus,
  lost: (event: Omit<StreamEventRecord, 'sequence'>, cause: unknown) => void,
): Store {
  return {
    ...store,
    async appendEvent(event) {
      await store.appendEvent(event);
      const announced = busEvent(event);
      if (announced) await bus.publish([announced]).catch((cause: unknown) => lost(event, cause));
    },
  };
}
