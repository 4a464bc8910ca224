import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite-control-store.ts';
import { describeControlStore } from '../../control/control-store-contract.ts';

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
