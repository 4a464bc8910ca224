import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import type { StreamRecord } from '../../lib/control-store/records.ts';
import { type BroadcastId, type MemberId, newStreamId } from '../../lib/routing/ids.ts';
import { admit } from '../../testkit/harness/admission.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

const id = newStreamId();
const live: StreamRecord = { id, name: 'x', createdAtMs: 1, reconnectWindowMs: 0, keys: [], version: 1 };
const takenDown = { reason: 'A reason', atMs: 2 };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: ControlStore & { close(): void };
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openSqliteControlStore(join(folder.path, 'control.sqlite'));
  await store.createStream(live);
});
afterEach(async () => {
  store.close();
  await folder.remove();
});

test('a worker refuses a new broadcast while the budget is spent, without touching the lease', async () => {
  await store.putBudgetStop({ reachedAtMs: 1, untilMs: Date.now() + 60_000, version: 0 });
  expect(await admit(store, id)).toMatchObject({ type: 'refused', reason: 'budget-reached' });
  expect(await store.getLease(id)).toBeUndefined();
});

describe('a worker and a taken-down stream', () => {
  const refused = {
    type: 'refused',
    reason: 'taken-down',
    description: expect.stringContaining('taken down'),
  };

  test('refuses its publisher without touching the lease', async () => {
    await store.updateStream({ ...live, takenDown });
    expect(await admit(store, id)).toMatchObject(refused);
    expect(await store.getLease(id)).toBeUndefined();
  });

  test('releases the lease if the takedown arrives while it takes it', async () => {
    const racing: ControlStore = {
      ...store,
      async takeLease(take) {
        await store.updateStream({ ...live, takenDown });
        return store.takeLease(take);
      },
    };
    expect(await admit(racing, id)).toMatchObject(refused);
    expect(await store.getLease(id)).toMatchObject({ released: true, epoch: 1 });
  });

  test('does not pick up a broadcast that another worker left', async () => {
    const broadcastId = 'b' as BroadcastId;
    const held = await store.takeLease({ streamId: id, workerId: 'encoder-2' as MemberId, broadcastId });
    await store.releaseLease(held);
    await store.updateStream({ ...live, takenDown });
    expect(await admit(store, id)).toMatchObject(refused);
    expect(await store.getLease(id)).toMatchObject({ workerId: 'encoder-2', epoch: 1 });
  });
});
