import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DataDirInUseError, lockDataDir } from '../../../../lib/adapters/local/platform/lock.ts';

test('a data folder is held by one platform at a time, and free again once released', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lock-'));
  const release = await lockDataDir(dir);
  await expect(lockDataDir(dir)).rejects.toThrow(DataDirInUseError);
  await release();
  await (await lockDataDir(dir))();
  await rm(dir, { recursive: true });
});
