import { expect, test } from '@jest/globals';
import type { StreamEventRecord, StreamRecord } from '../../../lib/control-store/records.ts';
import { RefusalRepeats } from '../../../lib/encoder/report/refusal-repeats.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';

const streamId = newStreamId();
const attempt = { streamId, reason: 'unsupported-codec', detail: 'VP6', client: '192.0.2.7' } as const;

function rig() {
  const on = {
    nowMs: 0,
    isThere: true,
    fault: undefined as Error | undefined,
    entries: [] as Omit<StreamEventRecord, 'sequence'>[],
  };
  const store = {
    getStream: async () => (on.isThere ? ({ id: streamId } as StreamRecord) : undefined),
    async appendEvent(event: Omit<StreamEventRecord, 'sequence'>) {
      if (on.fault) throw on.fault;
      on.entries.push(event);
    },
  };
  const repeats = new RefusalRepeats({ nowMs: () => on.nowMs, wallMs: () => 1_790_000_000_000 + on.nowMs });
  return { on, store, repeats };
}

test('the first one is to be told at once, and the next ones together, once a minute at most', async () => {
  const { on, store, repeats } = rig();
  expect(repeats.isExpected(streamId)).toBe(false);
  expect(repeats.refused(attempt)).toEqual({
    reason: 'unsupported-codec',
    detail: 'VP6',
    client: '192.0.2.7',
  });
  expect(repeats.isExpected(streamId)).toBe(true);
  for (const nowMs of [10_000, 20_000, 30_000]) {
    on.nowMs = nowMs;
    expect(repeats.refused(attempt)).toBeUndefined();
    await repeats.tell(store);
  }
  expect(on.entries).toEqual([]);
  on.nowMs = 60_000;
  await repeats.tell(store);
  expect(on.entries).toEqual([
    expect.objectContaining({
      streamId,
      type: 'publish.refused',
      data: expect.objectContaining({ attempts: 3, withinMs: 50_000 }),
    }),
  ]);
});

test('nothing is told of a stream that is gone, and what the store did not take comes with the next ones', async () => {
  const { on, store, repeats } = rig();
  repeats.refused(attempt);
  repeats.refused(attempt);
  on.nowMs = 60_000;
  on.fault = new Error('away');
  await repeats.tell(store);
  on.fault = undefined;
  on.nowMs = 180_000;
  await repeats.tell(store);
  expect(on.entries.map(({ data }) => data.reason)).toEqual(['unsupported-codec']);
  repeats.refused(attempt);
  on.isThere = false;
  on.nowMs = 3_600_000;
  await repeats.tell(store);
  expect(on.entries).toHaveLength(1);
});

test('a stream whose publishers stay away is expected no more', async () => {
  const { on, store, repeats } = rig();
  repeats.refused(attempt);
  on.nowMs = 60_000;
  await repeats.tell(store);
  expect(repeats.isExpected(streamId)).toBe(false);
});
