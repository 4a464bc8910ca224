import { describe, expect, test } from '@jest/globals';
import type { StreamRecord } from '../../lib/control-store/records.ts';
import { RefusalJournal } from '../../lib/ingest/refusal-journal.ts';
import { newStreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

const streamId = newStreamId();
const refusal = { reason: 'wrong-key' } as const;

function rig() {
  const on = {
    nowMs: 0,
    stream: { id: streamId } as StreamRecord | undefined,
    fault: undefined as Error | undefined,
    entries: [] as { text: string; data: unknown; atMs: number }[],
    said: [] as unknown[],
  };
  const emit: EmitEvent = (name, fields) => void on.said.push([name, fields]);
  const journal = new RefusalJournal({
    store: {
      getStream: async () => on.stream,
      async appendEvent({ text, data, atMs }) {
        if (on.fault) throw on.fault;
        on.entries.push({ text, data, atMs });
      },
    },
    clock: { nowMs: () => on.nowMs, wallMs: () => 1_790_000_000_000 + on.nowMs },
    emit,
  });
  return { on, journal };
}

describe('the journal of refusals', () => {
  test('tells who was turned away and why, and the next ones together', async () => {
    const { on, journal } = rig();
    const detail = 'x'.repeat(1_000);
    journal.refused(streamId, { reason: 'full', detail }, '192.0.2.7');
    for (let attempts = 0; attempts < 3; attempts++) {
      on.nowMs += 10_000;
      journal.refused(streamId, { reason: 'full', detail: 'encoder-1: full' }, '192.0.2.8');
    }
    await journal.stop();
    expect(on.entries).toEqual([
      {
        text: expect.stringMatching(/^A broadcaster from 192\.0\.2\.7 was turned away: all encoders/),
        data: { reason: 'full', detail: detail.slice(0, 300), client: '192.0.2.7' },
        atMs: 1_790_000_000_000,
      },
      {
        text: expect.stringMatching(
          /^3 broadcasters were turned away within 20 s, the last one from 192\.0\.2\.8/,
        ),
        data: {
          reason: 'full',
          detail: 'encoder-1: full',
          client: '192.0.2.8',
          attempts: 3,
          withinMs: 20_000,
        },
        atMs: 1_790_000_030_000,
      },
    ]);
    expect(on.said).toEqual([]);
  });

  test('has no entry for a stream that does not exist', async () => {
    const { on, journal } = rig();
    on.stream = undefined;
    journal.refused(streamId, { reason: 'key-unchecked' }, '192.0.2.7');
    await journal.stop();
    expect(on.entries).toEqual([]);
    expect(on.said).toEqual([]);
  });

  test('says once that the store takes nothing, and writes it later', async () => {
    const { on, journal } = rig();
    on.fault = new Error('no writes');
    journal.refused(streamId, refusal, '192.0.2.7');
    journal.refused(newStreamId(), refusal, '192.0.2.7');
    await new Promise((resolve) => setImmediate(resolve));
    expect(on.said).toEqual([['ingest.journal.delayed', { cause: on.fault }]]);
    on.fault = undefined;
    await journal.stop();
    expect(on.entries).toHaveLength(2);
    expect(on.said).toHaveLength(1);
  });

  test('says how many it never wrote', async () => {
    const { on, journal } = rig();
    on.fault = new Error('no writes');
    for (let attempts = 0; attempts < 4; attempts++) journal.refused(streamId, refusal, '192.0.2.7');
    await journal.stop();
    expect(on.said.at(-1)).toEqual(['ingest.journal.incomplete', { attempts: 4 }]);
  });
});
