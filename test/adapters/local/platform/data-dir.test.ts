import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ensureDataDir } from '../../../../lib/adapters/local/platform/data-dir.ts';
import { temporaryFolder } from '../../../../testkit/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('the data folder', () => {
  test('is made with all above it, for its owner alone, and may be there already', async () => {
    const dir = join(folder.path, 'a', 'b');
    await ensureDataDir(dir);
    await ensureDataDir(dir);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder.path, 'a'))).mode & 0o777).toBe(0o700);
  });

  test('where a file is in the way, says so in one line', async () => {
    await writeFile(join(folder.path, 'file'), '');
    for (const dir of [join(folder.path, 'file'), join(folder.path, 'file', 'data')]) {
      await expect(ensureDataDir(dir)).rejects.toMatchObject({
        code: 'DATA_DIR_NOT_WRITABLE',
        message: expect.stringMatching(/^The data folder \S+ is not writable: \S+file\S* is a file\.$/),
        mend: 'Choose another folder with --data-dir DIR.',
      });
    }
  });

  // Node's recursive mkdir doesn't return there.
  test.each(['/proc/nope', '/proc/nope/data', '/sys/nope'])('in %s ends with one line', async (dir) => {
    await expect(ensureDataDir(dir)).rejects.toMatchObject({
      code: 'DATA_DIR_NOT_WRITABLE',
      message: expect.stringMatching(/^The data folder \S+ is not writable: .+\.$/),
      mend: expect.stringContaining('--data-dir DIR'),
    });
  });

  test('that others own is not used', async () => {
    const dir = join(folder.path, 'others');
    await ensureDataDir(dir);
    await chmod(dir, 0o500);
    // Root may write anywhere.
    if (process.getuid?.() === 0) await ensureDataDir(dir);
    else await expect(ensureDataDir(dir)).rejects.toMatchObject({ code: 'DATA_DIR_NOT_WRITABLE' });
  });
});
