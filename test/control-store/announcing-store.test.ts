import { expect, test } from '@jest/globals';
import { announcing } from '../../lib/control-store/announcing-store.ts';
import type { BusEvent } from '../../lib/control-store/bus-events.ts';
import { streamEvent } from '../../lib/control-store/stream-events.ts';
import { newStreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

const about = { streamId: newStreamId(), atMs: 1_790_000_000_000 };
const ended = streamEvent('stream.ended', { reason: 'ended-by-api', durationMs: 5_000 }, about);
const created = streamEvent('stream.created', { name: 'a' }, about);

function announced(fault?: Error) {
  const did: string[] = [];
  const bus = {
    async publish(events: readonly BusEvent[]) {
      if (fault) throw fault;
      did.push(...events.map(({ detailType }) => `published ${detailType}`));
    },
    close() {},
  };
  const inner = {
    appendEvent: async ({ type }: { type: string }) => void did.push(`stored ${type}`),
    other: 1,
  };
  const emit: EmitEvent = (name, fields) =>
    did.push(`${name} ${JSON.stringify({ ...fields, cause: undefined })}`);
  const store = announcing(inner, bus, emit);
  return { did, store };
}

test('the store has an event before other systems hear of it, and they hear of some only', async () => {
  const { did, store } = announced();
  await store.appendEvent(created);
  await store.appendEvent(ended);
  expect(did).toEqual(['stored stream.created', 'stored stream.ended', 'published stream.ended']);
  expect(store.other).toBe(1);
});

test('a bus that fails never fails the journal', async () => {
  const { did, store } = announced(new Error('down'));
  await store.appendEvent(ended);
  expect(did).toEqual([
    'stored stream.ended',
    `control.bus-event.lost {"streamId":"${about.streamId}","type":"stream.ended"}`,
  ]);
});

test('a store that is a class keeps its methods and private fields', async () => {
  class Store {
    readonly #events: string[] = [];
    get size(): number {
      return this.#events.length;
    }
    async appendEvent({ type }: { type: string }): Promise<void> {
      this.#events.push(type);
    }
    listEvents(): readonly string[] {
      return this.#events;
    }
  }
  const published: string[] = [];
  const bus = {
    publish: async (events: readonly BusEvent[]) =>
      void published.push(...events.map(({ detailType }) => detailType)),
    close() {},
  };
  const store = announcing(new Store(), bus, () => {});
  const { listEvents } = store;
  await store.appendEvent(created);
  await store.appendEvent(ended);
  expect(listEvents()).toEqual(['stream.created', 'stream.ended']);
  expect(store.size).toBe(2);
  expect(store).toBeInstanceOf(Store);
  expect(published).toEqual(['stream.ended']);
  expect({ ...announcing({ appendEvent: async () => {}, other: 1 }, bus, () => {}) }).toMatchObject({
    other: 1,
  });
});
