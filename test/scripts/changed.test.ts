import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

type Step = readonly string[];
// Plain JavaScript, whose types TypeScript isn't asked for.
const script: string = '../../scripts/changed.mjs';
const { changedFiles, narrowed } = (await import(script)) as {
  changedFiles(root: string): string[];
  narrowed(steps: readonly Step[], files: readonly string[], exists: (file: string) => boolean): Step[];
};

const steps: Step[] = [
  ['node', 'node_modules/typescript-7/bin/tsc', '-p', '.'],
  ['node', 'node_modules/typescript-7/bin/tsc', '-p', 'test/system'],
  ['/bin/biome', 'ci', '.'],
  ['/bin/depcruise', 'bin', 'lib', '--no-progress'],
  ['/bin/knip'],
  ['node', 'scripts/other.mjs'],
];
const narrow = (...files: string[]) => narrowed(steps, files, (file) => !file.includes('removed'));
const biome = (...files: string[]) => ['/bin/biome', 'ci', '--no-errors-on-unmatched', ...files];
const types = (project: string, name: string) => [
  ...['node', 'node_modules/typescript-7/bin/tsc', '-p', project, '--incremental', '--tsBuildInfoFile'],
  `node_modules/.cache/headwater/${name}.tsbuildinfo`,
];

describe('the check of what changed', () => {
  test('has types and unused code as a whole, format, lint and import rules of the changed files alone', () => {
    expect(narrow('lib/a.ts', 'scripts/b.mjs', 'docs/c.md')).toEqual([
      types('.', 'types'),
      types('test/system', 'types-test-system'),
      biome('lib/a.ts', 'scripts/b.mjs', 'docs/c.md'),
      ['/bin/depcruise', '--no-progress', 'lib/a.ts'],
      ['/bin/knip', '--cache'],
      ['node', 'scripts/other.mjs'],
    ]);
  });

  test('leaves out what the files have no part in', () => {
    expect(narrow('README.md')).toEqual([biome('README.md'), ['node', 'scripts/other.mjs']]);
    expect(narrow('deployment.json').map(([, command]) => command)).toEqual([
      'node_modules/typescript-7/bin/tsc',
      'node_modules/typescript-7/bin/tsc',
      'ci',
      'scripts/other.mjs',
    ]);
    expect(narrow()).toEqual([['node', 'scripts/other.mjs']]);
  });

  test('of a removed file looks at who imported it', () => {
    expect(narrow('lib/removed.ts')).toEqual([
      types('.', 'types'),
      types('test/system', 'types-test-system'),
      ['/bin/knip', '--cache'],
      ['node', 'scripts/other.mjs'],
    ]);
  });

  test.each([
    'package.json',
    'biome.json',
    '.dependency-cruiser.cjs',
    'lib/player/tsconfig.page.json',
    'knip.json',
  ])('is the whole check when %s changed', (file) => {
    expect(narrow('lib/a.ts', file)).toEqual(steps);
  });
});

test('changed is what differs from where the branch left main: committed, uncommitted, new and removed', async () => {
  const { path, remove } = await temporaryFolder();
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
    const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: path, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const commit = async (file: string, text: string) => {
    await writeFile(join(path, file), text);
    git('add', '.');
    git('commit', '-q', '-m', file);
  };
  git('init', '-q', '-b', 'main');
  for (const file of ['kept.ts', 'edited.ts', 'removed.ts']) await commit(file, '1');
  expect(changedFiles(path)).toEqual([]);
  git('checkout', '-q', '-b', 'topic');
  await commit('committed with a space.ts', '1');
  git('checkout', '-q', 'main');
  await commit('later on main.ts', '1');
  git('checkout', '-q', 'topic');
  await writeFile(join(path, 'edited.ts'), '2');
  await writeFile(join(path, 'new.ts'), '1');
  await rm(join(path, 'removed.ts'));
  expect(changedFiles(path).sort()).toEqual([
    'committed with a space.ts',
    'edited.ts',
    'new.ts',
    'removed.ts',
  ]);
  await remove();
  expect(() => changedFiles(path)).toThrow();
});
