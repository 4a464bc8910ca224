import { describe, expect, test } from '@jest/globals';
import { ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import type { EncoderStore } from '../../../lib/encoder/ports.ts';
import { Journal } from '../../../lib/encoder/report/journal.ts';

const first = {
  id: 'b',
  streamId: 's',
  state: 'starting',
  startedAtMs: 0,
  workerId: 'encoder-1',
  epoch: 1,
  renditions: [],
} as unknown as BroadcastRecord;

/** A journal, and what the store has of it. `fails` says whether the next write does. */
function tellTo(fails = () => false) {
  const stored: string[] = [];
  const take = async (words: string): Promise<void> => {
    if (fails()) throw new ControlStoreUnavailableError('down');
    stored.push(words);
  };
  const store = {
    putBroadcast: ({ state }: BroadcastRecord) => take(`is ${state}`),
    appendEvent: ({ type }: { type: string }) => take(type),
  } as unknown as EncoderStore;
  const clock = { nowMs: () => performance.now(), wallMs: () => 0 };
  return { journal: new Journal(first, { store, clock, mayWrite: async () => true }), stored };
}

describe('the journal of a broadcast', () => {
  test.each(Array.from({ length: 16 }, (_, turns) => turns))(
    'misses no entry added while earlier ones are being stored (%i turns later)',
    async (turns) => {
      const { journal, stored } = tellTo();
      journal.append('stream.end-requested', {});
      for (let turn = 0; turn < turns; turn++) await undefined;
      journal.update({ state: 'ended' });
      journal.append('lease.lost', { workerId: 'encoder-1' });
      expect(await journal.settled(1000)).toMatchObject({ events: 0, record: false });
      expect(stored.filter((words) => !words.startsWith('is'))).toEqual([
        'stream.end-requested',
        'lease.lost',
      ]);
      expect(stored).toContain('is ended');
    },
  );

  test('waits for a store that is down, and reports what it did not accept', async () => {
    const { journal, stored } = tellTo(() => true);
    journal.update({ state: 'ended' });
    journal.append('stream.end-requested', {});
    const { events, record, cause } = await journal.settled(50);
    expect([events, record, stored]).toEqual([1, true, []]);
    expect(cause).toBeInstanceOf(ControlStoreUnavailableError);
  });

  test('continues where it was when the store is back', async () => {
    let failures = 1;
    const { journal, stored } = tellTo(() => failures-- > 0);
    journal.update({ state: 'live' });
    journal.append('stream.end-requested', {});
    expect(await journal.settled(3000)).toMatchObject({ events: 0, record: false });
    expect(stored).toEqual(['is live', 'stream.end-requested']);
  });
});
