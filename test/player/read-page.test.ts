import { expect, test } from '@jest/globals';
import { bundlePage } from '../../lib/player/bundle.ts';
import { readPage } from '../../lib/player/read-page.ts';
import { writePage } from '../../lib/player/write-page.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

test('a page that was written to a folder is read as it was bundled', async () => {
  const folder = await temporaryFolder();
  try {
    await writePage(folder.path);
    const read = await readPage(folder.path);
    const bundled = await bundlePage();
    expect([...read.keys()].sort()).toEqual([...bundled.keys()].sort());
    for (const [path, { body, ...about }] of bundled) {
      const { body: readBody, ...readAbout } = read.get(path)!;
      expect([path, readAbout]).toEqual([path, about]);
      expect(Buffer.compare(readBody, body)).toBe(0);
    }
  } finally {
    await folder.remove();
  }
});
