import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { controlSchema } from '../../../../lib/adapters/local/sqlite/sqlite-control-schema.ts';
import { openSqliteControlStore } from '../../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { openSqliteDatabase } from '../../../../lib/adapters/local/sqlite/sqlite-database.ts';
import { newBroadcastId, newStreamId } from '../../../../lib/routing/ids.ts';
import { temporaryFolder } from '../../../../testkit/temporary-folder.ts';
import { describeControlStore } from '../../../control-store/control-store-contract.ts';

describeControlStore('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-control-'));
  const path = join(folder, 'control.sqlite');
  const [store, other] = [openSqliteControlStore(path), openSqliteControlStore(path)];
  return {
    store,
    other,
    async close() {
      store.close();
      other.close();
      await rm(folder, { recursive: true });
    },
  };
});

test('a file from before open broadcasts had an index lists those that were open then', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'control.sqlite');
  const old = openSqliteDatabase(path, controlSchema.slice(0, 1));
  const written = ['live', 'ended'].map((state) => ({
    streamId: newStreamId(),
    id: newBroadcastId(1),
    state,
  }));
  for (const broadcast of written) {
    const { streamId, id } = broadcast;
    await old.run((prepare) =>
      prepare('INSERT INTO broadcasts VALUES (?, ?, 1, ?)').run(streamId, id, JSON.stringify(broadcast)),
    );
  }
  old.close();
  const store = openSqliteControlStore(path);
  const { broadcasts } = await store.listOpenBroadcasts({ limit: 10 });
  expect(broadcasts).toEqual([{ streamId: written[0]?.streamId, id: written[0]?.id }]);
  store.close();
  await folder.remove();
});
