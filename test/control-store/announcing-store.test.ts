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
