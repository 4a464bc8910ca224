import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ControlModel } from '../../../drill/simulation/stores.ts';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import type { LeaseRecord } from '../../../lib/control-store/records.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: ControlStore & { close(): void };
beforeAll(async () => {
  folder = await temporaryFolder();
  store = openSqliteControlStore(join(folder.path, 'control.sqlite'));
});
afterAll(async () => {
  store.close();
  await folder.remove();
});

const broadcasts = [1, 2].map((atMs) => newBroadcastId(atMs));
const worker = fc.constantFrom('encoder-1' as MemberId, 'encoder-2' as MemberId);
const broadcastId = fc.constantFrom(...broadcasts);
const epoch = fc.integer({ min: 1, max: 5 });
const call = fc.oneof(
  // As one saw the lease so many changes ago.
  fc.record({
    kind: fc.constant('take' as const),
    worker,
    broadcastId,
    staleBy: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ kind: fc.constantFrom('renew' as const, 'release' as const), worker, epoch }),
  fc.record({ kind: fc.constant('put' as const), worker, broadcastId, epoch }),
);

test('the simulation’s control store behaves like the real one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
      const model = new ControlModel(() => {});
      const streamId = newStreamId();
      const seen: (LeaseRecord | undefined)[] = [undefined];
      for (const each of calls) {
        const hold = { streamId, workerId: each.worker };
        const [real, modelled] = await Promise.all(
          [store, model]
            .map(async (under) => {
              switch (each.kind) {
                case 'take': {
                  const observed = seen.at(-1 - each.staleBy);
                  const take = { ...hold, broadcastId: each.broadcastId, ...(observed && { observed }) };
                  return await under.takeLease(take);
                }
                case 'renew':
                  return await under.renewLease({ ...hold, epoch: each.epoch });
                case 'release':
                  return await under.releaseLease({ ...hold, epoch: each.epoch });
                case 'put':
                  return await under.putBroadcast({
                    ...hold,
                    id: each.broadcastId,
                    epoch: each.epoch,
                    state: 'live',
                    startedAtMs: 0,
                    renditions: [],
                  });
              }
            })
            .map((outcome) => outcome.catch((refusal: { code: string }) => refusal.code)),
        );
        expect(modelled).toEqual(real);
        expect(model.lease).toEqual(await store.getLease(streamId));
        if (seen.at(-1)?.version !== model.lease?.version) seen.push(model.lease);
      }
      expect(model.broadcast).toEqual(await store.latestBroadcast(streamId));
    }),
    { numRuns: 150 },
  );
});
