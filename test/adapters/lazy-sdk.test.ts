import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { build, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** Everything that a program loads at its start: what it imports statically, and what that does. */
async function loadedAtStart(program: string): Promise<Set<string>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [program],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    outdir: join(root, 'out'),
    metafile: true,
    logLevel: 'silent',
  });
  const loaded = new Set<string>();
  const walk = (path: string, inputs: Metafile['inputs']): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of inputs[path]?.imports ?? []) {
      if (kind !== 'dynamic-import') walk(next, inputs);
    }
  };
  walk(program, metafile.inputs);
  return loaded;
}

const programs = readdirSync(join(root, 'bin'))
  .filter((name) => name.endsWith('.ts') && !['platform.ts', 'teardown.ts'].includes(name))
  .map((name) => `bin/${name}`);

describe('on one machine', () => {
  test.each(programs)('%s starts without the AWS SDK', async (program) => {
    const loaded = await loadedAtStart(program);
    expect([...loaded].filter((path) => path.startsWith('@aws-sdk/'))).toEqual([]);
    // The walk found what is surely there.
    expect(loaded.size).toBeGreaterThan(3);
  });
});
