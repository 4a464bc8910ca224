import { describe, expect, test } from '@jest/globals';
import { finishTakedowns } from '../../../lib/control/takedowns/finish-takedowns.ts';
import { ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import type { StreamId } from '../../../lib/routing/ids.ts';

const streamId = '0123456789abcdef' as StreamId;
const schedule = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

/** A store with takedowns that need so many runs or sweeps, each of 15 s, and what was done. */
function parts({ left, deletionsLeft = 0 }: { left: number; deletionsLeft?: number }) {
  const did: string[] = [];
  let nowMs = 1_000;
  const pass = (what: string) => {
    did.push(what);
    nowMs += 15_000;
    left--;
  };
  return {
    did,
    store: {
      async listOpenDocuments() {
        return { streamIds: left > 0 ? [streamId] : [] };
      },
    },
    deletions: {
      async run(_: StreamId) {
        return deletionsLeft-- > 0;
      },
      async sweep() {
        return deletionsLeft-- > 0;
      },
    },
    takedowns: {
      async run(id: StreamId) {
        pass(`run ${id}`);
        return { streamId: id, kind: 'takedown' as const, open: left > 0, version: 1, body: {} as never };
      },
      async sweep() {
        pass('sweep');
      },
    },
    clock: { nowMs: () => nowMs },
    patienceMs: 45_000,
  };
}

describe('the function that finishes takedowns', () => {
  test('goes on with the stream that it is told, until that is done', async () => {
    const on = parts({ left: 2 });
    await finishTakedowns({ streamId }, on);
    expect(on.did).toEqual([`run ${streamId}`, `run ${streamId}`]);
  });

  test('goes on with all that are open each minute, until none is', async () => {
    const on = parts({ left: 2 });
    await finishTakedowns(schedule, on);
    expect(on.did).toEqual(['sweep', 'sweep']);
  });

  test.each([[{ streamId }], [schedule]])(
    'goes on with deletions where no takedown is left: %j',
    async (event) => {
      const on = parts({ left: 0, deletionsLeft: 2 });
      let runs = 0;
      const count = <Result>(work: () => Promise<Result>) => {
        runs++;
        return work();
      };
      const { run, sweep } = on.deletions;
      const deletions = { run: (id: StreamId) => count(() => run(id)), sweep: () => count(sweep) };
      await finishTakedowns(event, { ...on, deletions });
      expect(runs).toBe(3);
    },
  );

  test('does nothing where nothing is open', async () => {
    const on = parts({ left: 0 });
    await finishTakedowns(schedule, on);
    expect(on.did).toEqual([]);
  });

  test.each([[{ streamId }], [schedule]])(
    'stops in time, and leaves the rest to the next minute: %j',
    async (event) => {
      const on = parts({ left: 100 });
      await finishTakedowns(event, on);
      expect(on.did).toHaveLength(3);
    },
  );

  test.each([[null], ['text'], [{ streamId: '../x' }], [{ streamId: 7 }]])(
    'takes what is no stream for the schedule: %j',
    async (event) => {
      const on = parts({ left: 1 });
      await finishTakedowns(event, on);
      expect(on.did).toEqual(['sweep']);
    },
  );

  test('fails where the store cannot be read, so that somebody hears of it', async () => {
    const on = parts({ left: 1 });
    on.store.listOpenDocuments = async () => {
      throw new ControlStoreUnavailableError('away');
    };
    await expect(finishTakedowns(schedule, on)).rejects.toThrow('away');
    expect(on.did).toEqual([]);
  });
});
