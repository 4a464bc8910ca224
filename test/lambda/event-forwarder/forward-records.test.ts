import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { forwardRecords } from '../../../lambda/event-forwarder/forward-records.ts';
import type { BusEvent } from '../../../lib/control-store/bus-events.ts';
import { EventBusError } from '../../../lib/control-store/errors.ts';
import { streamEvent } from '../../../lib/control-store/stream-events.ts';
import type { BroadcastId, StreamId } from '../../../lib/routing/ids.ts';

/** A bus that takes what `takes` says, call by call, and remembers it. */
function scriptedBus(takes: (event: BusEvent) => boolean = () => true) {
  const taken: BusEvent[] = [];
  return {
    taken,
    async publish(events: readonly BusEvent[]) {
      const untaken = events.filter((event) => !takes(event));
      taken.push(...events.filter((event) => !untaken.includes(event)));
      if (untaken.length > 0) throw new EventBusError('no', untaken);
    },
  };
}

const log: string[] = [];
const emit = (event: string) => log.push(event);

/** A line of a journal as the events table's stream brings it; `id` is its place in that stream. */
function record(id: number, streamId: string, sequence: number): DynamoDBRecord {
  const about = { streamId: streamId as StreamId, broadcastId: 'b' as BroadcastId, atMs: 1_795_366_800_000 };
  const line = streamEvent('recording.ready', { durationMs: 60_000, renditions: '720p' }, about);
  return insert(id, marshall({ ...line, sequence, expiresAt: 1_800_000_000 }));
}
const insert = (id: number, NewImage: Record<string, AttributeValue>): DynamoDBRecord => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: String(id), NewImage: NewImage as never },
});
const named = ({ detail }: BusEvent) => `${detail.streamId}${detail.sequence}`;

test('a line goes out as an event, with its facts and without what only the table needs', async () => {
  const bus = scriptedBus();
  expect(await forwardRecords([record(1, 'a', 7)], { bus, emit })).toEqual({ batchItemFailures: [] });
  expect(bus.taken).toEqual([
    {
      source: 'headwater',
      detailType: 'recording.ready',
      detail: {
        streamId: 'a',
        broadcastId: 'b',
        sequence: 7,
        atMs: 1_795_366_800_000,
        text: expect.stringContaining('complete'),
        data: { durationMs: 60_000, renditions: '720p' },
      },
    },
  ]);
});

test('lines for people only, changes and removals stay in the journal', async () => {
  const about = { streamId: 'a' as StreamId, atMs: 0 };
  const forPeople = insert(
    1,
    marshall({ ...streamEvent('stream.created', { name: 'x' }, about), sequence: 1 }),
  );
  const bus = scriptedBus();
  const removal = { ...record(2, 'a', 2), eventName: 'REMOVE' as const };
  expect(await forwardRecords([forPeople, removal], { bus, emit })).toEqual({ batchItemFailures: [] });
  expect(bus.taken).toEqual([]);
});

test('a record that cannot be read is dropped with a word, and holds up nothing', async () => {
  log.length = 0;
  const bus = scriptedBus();
  const broken = [
    insert(1, {}),
    insert(2, marshall({ streamId: 'a', type: 'stream.live' })),
    record(3, 'a', 2),
  ];
  expect(await forwardRecords(broken, { bus, emit })).toEqual({ batchItemFailures: [] });
  expect(bus.taken.map(named)).toEqual(['a2']);
  expect(log).toEqual(['control.bus-event.lost', 'control.bus-event.lost']);
});

test('nothing later of a stream goes out before what the bus did not take, and others need not wait', async () => {
  const bus = scriptedBus((event) => named(event) !== 'a1');
  const batch = [record(1, 'a', 1), record(2, 'b', 1), record(3, 'a', 2)];
  expect(await forwardRecords(batch, { bus, emit })).toEqual({
    batchItemFailures: [{ itemIdentifier: '1' }],
  });
  expect(bus.taken.map(named)).toEqual(['b1']);
});

test('the first that waits is named, even where a later one failed', async () => {
  const bus = scriptedBus((event) => named(event) !== 'b1');
  const batch = [record(1, 'a', 1), record(2, 'a', 2), record(3, 'b', 1)];
  expect(await forwardRecords(batch, { bus, emit })).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }],
  });
});

test('a fault that is not the bus’s is no partial success', async () => {
  const bus = { publish: () => Promise.reject(new TypeError('ours')) };
  await expect(forwardRecords([record(1, 'a', 1)], { bus, emit })).rejects.toThrow('ours');
});

test('whatever the bus refuses on the way, each stream’s events first arrive in order, and all of them', async () => {
  const batches = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(batches, fc.array(fc.boolean(), { maxLength: 60 }), async (streams, answers) => {
      const sequences = new Map<string, number>();
      let left = streams.map((streamId, id) => {
        const sequence = (sequences.get(streamId) ?? 0) + 1;
        sequences.set(streamId, sequence);
        return record(id, streamId, sequence);
      });
      const bus = scriptedBus(() => answers.shift() ?? true);
      // As Lambda does: once more from the record that is named.
      for (let tries = 0; left.length > 0 && tries < 200; tries++) {
        const { batchItemFailures } = await forwardRecords(left, { bus, emit });
        const from = batchItemFailures[0]?.itemIdentifier;
        left =
          from === undefined
            ? []
            : left.slice(left.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === from));
      }
      for (const [streamId, last] of sequences) {
        const arrived = bus.taken.filter(({ detail }) => detail.streamId === streamId);
        const firsts = [...new Set(arrived.map(({ detail }) => detail.sequence))];
        expect(firsts).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      }
    }),
  );
});
