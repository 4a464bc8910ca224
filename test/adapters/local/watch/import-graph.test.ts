import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pageSources } from '../../../../lib/adapters/local/platform/plan.ts';
import { sourcesOf } from '../../../../lib/adapters/local/watch/concerned.ts';
import { readImportGraph, SourceFaultError } from '../../../../lib/adapters/local/watch/import-graph.ts';
import { temporaryFolder } from '../../../../testkit/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

async function write(sources: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
}

describe('the import graph', () => {
  test('has static and dynamic imports, styles, and neither packages nor types', async () => {
    await write({
      'bin/one.ts': `import '../lib/a.ts'; import { z } from 'zod'; await import('../lib/b.ts'); z;`,
      'bin/two.ts': `import type { T } from '../lib/types.ts'; export const t: T = 1;`,
      'lib/a.ts': `import { readFile } from 'node:fs/promises'; void readFile;`,
      'lib/b.ts': '',
      'lib/types.ts': 'export type T = number;',
      'page/main.tsx': `import './page.css'; export const a = <p />;`,
      'page/page.css': `@import './tokens.css';`,
      'page/tokens.css': '',
      'page/index.html': '<p>',
    });
    const graph = await readImportGraph(folder.path, [
      ...['bin/one.ts', 'bin/two.ts', 'page/main.tsx', 'page/index.html'],
    ]);
    expect([...graph.keys()].sort()).toEqual([
      ...['bin/one.ts', 'bin/two.ts', 'lib/a.ts', 'lib/b.ts'],
      ...['page/index.html', 'page/main.tsx', 'page/page.css', 'page/tokens.css'],
    ]);
    expect(graph.get('bin/one.ts')?.toSorted()).toEqual(['lib/a.ts', 'lib/b.ts']);
    expect(graph.get('page/page.css')).toEqual(['page/tokens.css']);
  });

  test.each([
    ['text that does not parse', 'export const = 1;', 14, /Expected identifier/],
    ['an import of a file that is missing', `import './gone.ts';`, 8, /Could not resolve/],
    ['a name that its file does not export', `import { no } from './b.ts'; no();`, 10, /No matching export/],
  ])('%s is a fault with its place', async (_, text, column, reason) => {
    await write({ 'lib/a.ts': text, 'lib/b.ts': 'export const b = 1;' });
    const fault = await readImportGraph(folder.path, ['lib/a.ts']).catch((cause: unknown) => cause);
    expect(fault).toBeInstanceOf(SourceFaultError);
    expect(fault).toMatchObject({
      code: 'SOURCE_FAULT',
      faults: [{ at: `lib/a.ts:1:${column}`, reason: expect.stringMatching(reason) }],
    });
  });
});

test('every page file that is no code is among the sources that the page is restarted for', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const sources = sourcesOf(pageSources, await readImportGraph(root, pageSources));
  const files = await readdir(join(root, 'lib/player/page'), { recursive: true, withFileTypes: true });
  const paths = files
    .filter((entry) => entry.isFile() && !/\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !sources.has(path))).toEqual([]);
});
