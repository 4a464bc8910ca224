import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { watchFolders } from '../../../../lib/adapters/local/watch/source-folders.ts';
import { temporaryFolder } from '../../../../testkit/temporary-folder.ts';
import { Changing } from '../../../../testkit/until.ts';

class Changes extends Changing {
  readonly paths = new Set<string>();

  readonly add = (path: string) => {
    this.paths.add(path);
    this.changed();
  };

  /** Resolves once `path` has changed; what changed until then is forgotten. */
  async next(path: string): Promise<void> {
    await this.until(() => this.paths.has(path));
    this.paths.clear();
  }
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let changes: Changes;
let end: () => void;
const at = (path: string) => join(folder.path, path);

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(at('lib/deep'), { recursive: true });
  await mkdir(at('bin'));
  await writeFile(at('lib/deep/a.ts'), '1');
  changes = new Changes();
  end = watchFolders(folder.path, ['bin', 'lib'], changes.add);
});
afterEach(async () => {
  end();
  await folder.remove();
});

describe('the watch of the source folders', () => {
  test('tells of a file that is written, however deep, made and removed', async () => {
    expect(changes.paths.size).toBe(0);
    await writeFile(at('lib/deep/a.ts'), '2');
    await changes.next('lib/deep/a.ts');
    await writeFile(at('bin/b.ts'), '1');
    await changes.next('bin/b.ts');
    await rm(at('bin/b.ts'));
    await changes.next('bin/b.ts');
  });

  test('tells of a file that an editor replaces by another one, each time', async () => {
    for (const text of ['2', '3']) {
      await writeFile(at('new.ts'), text);
      await rename(at('new.ts'), at('lib/deep/a.ts'));
      await changes.next('lib/deep/a.ts');
    }
    await writeFile(at('lib/deep/a.ts'), '4');
    await changes.next('lib/deep/a.ts');
  });

  test('follows folders that are made, moved in with files, and made again', async () => {
    await mkdir(at('elsewhere/deeper'), { recursive: true });
    await writeFile(at('elsewhere/deeper/c.ts'), '1');
    await rename(at('elsewhere'), at('lib/made'));
    await changes.next('lib/made/deeper/c.ts');
    await writeFile(at('lib/made/deeper/c.ts'), '2');
    await changes.next('lib/made/deeper/c.ts');
    await rm(at('lib/made'), { recursive: true });
    await changes.next('lib/made');
    await mkdir(at('lib/made'));
    await writeFile(at('lib/made/d.ts'), '1');
    await changes.next('lib/made/d.ts');
  });

  test('says nothing of an editor’s swap and backup files', async () => {
    await writeFile(at('lib/deep/.a.ts.swp'), '1');
    await writeFile(at('lib/deep/a.ts~'), '1');
    await writeFile(at('lib/deep/z.ts'), '1');
    await changes.until(() => changes.paths.has('lib/deep/z.ts'));
    expect([...changes.paths]).toEqual(['lib/deep/z.ts']);
  });
});
