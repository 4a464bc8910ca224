import { expect, test } from '@jest/globals';
import type { StreamEventRecord, StreamRecord } from '../../../lib/control-store/records.ts';
import { RefusalRepeats } from '../../../lib/encoder/report/refusal-repeats.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';
import type { EmitEvent } from '../../../lib/telemetry/events.ts';

const streamId = newStreamId();
const attempt = { streamId, reason: 'unsupported-codec', detail: 'VP6', client: '192.0.2.7' } as const;

function rig() {
  const on = {
    nowMs: 0,
    isThere: true,
    fault: undefined as Error | undefined,
    entries: [] as Omit<StreamEventRecord, 'sequence'>[],
    said: [] as unknown[],
  };
  const store = {
    getStream: async () => (on.isThere ? ({ id: streamId } as StreamRecord) : undefined),
    async appendEvent(event: Omit<StreamEventRecord, 'sequence'>) {
      if (on.fault) throw on.fault;
      on.entries.push(event);
    },
  };
  const clock = { nowMs: () => on.nowMs, wallMs: () => 1_790_000_000_000 + on.nowMs };
  const emit: EmitEvent = (name, fields) => void on.said.push([name, fields]);
  const repeats = new RefusalRepeats({ store, clock, emit });
  const tick = async () => {
    repeats.tick();
    await repeats.written();
  };
  return { on, repeats, tick };
}

test('the first one is to be told at once, and the next ones together, once a minute at most', async () => {
  const { on, repeats, tick } = rig();
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
    await tick();
  }
  expect(on.entries).toEqual([]);
  on.nowMs = 60_000;
  await tick();
  expect(on.entries).toEqual([
    expect.objectContaining({
      streamId,
      type: 'publish.refused',
      data: expect.objectContaining({ attempts: 3, withinMs: 50_000 }),
    }),
  ]);
});

test('nothing is told of a stream that is gone, and what the store did not take comes with the next ones', async () => {
  const { on, repeats, tick } = rig();
  repeats.refused(attempt);
  repeats.refused(attempt);
  on.nowMs = 60_000;
  on.fault = new Error('away');
  await tick();
  expect(on.said).toEqual([['encoder.refusals.delayed', { cause: on.fault }]]);
  on.fault = undefined;
  on.nowMs = 180_000;
  await tick();
  expect(on.entries.map(({ data }) => data.reason)).toEqual(['unsupported-codec']);
  repeats.refused(attempt);
  on.isThere = false;
  on.nowMs = 3_600_000;
  await tick();
  expect(on.entries).toHaveLength(1);
});

test('a stream whose publishers stay away is expected no more', async () => {
  const { on, repeats, tick } = rig();
  repeats.refused(attempt);
  on.nowMs = 60_000;
  await tick();
  expect(repeats.isExpected(streamId)).toBe(false);
});

test('an outage of the store is told once, and a worker that stops says what it never wrote', async () => {
  const { on, repeats, tick } = rig();
  on.fault = new Error('away');
  repeats.refused(attempt);
  for (const nowMs of [60_000, 240_000]) {
    repeats.refused(attempt);
    on.nowMs = nowMs;
    await tick();
  }
  await repeats.stop();
  expect(on.said).toEqual([
    ['encoder.refusals.delayed', { cause: on.fault }],
    ['encoder.refusals.incomplete', { attempts: 2 }],
  ]);
});

test('a worker that stops writes what had to wait', async () => {
  const { on, repeats } = rig();
  repeats.refused(attempt);
  repeats.refused(attempt);
  await repeats.stop();
  expect(on.entries).toHaveLength(1);
  expect(on.said).toEqual([]);
});
