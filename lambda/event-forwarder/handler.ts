// Forwards stream events to other systems: from the events table's stream to the event bus.
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createEventBridgeBus } from '../../lib/adapters/aws/event-bridge-bus.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { streamEventsFunctionCodec } from '../../lib/control/event-forwarder/event-forwarder-config.ts';
import { forwardRecords } from './forward-records.ts';

export const handler = await startFunction({
  codec: streamEventsFunctionCodec,
  role: 'control',
  name: 'event-forwarder',
  start({ eventBus }, emit) {
    const bus = createEventBridgeBus({ busName: eventBus });
    return ({ Records }: DynamoDBStreamEvent) => forwardRecords(Records, { bus, emit });
  },
});
