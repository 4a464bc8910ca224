import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parts } from '../../bench/options.ts';
import { quotaNames, quotas } from '../../lib/cost/quotas.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const helpFiles = [
  'bench/help.ts',
  'drill/help.ts',
  'field/help.ts',
  'fuzz/help.ts',
  'lib/adapters/local/platform/help.ts',
  'lib/canary/help.ts',
  'lib/cost/forecast-help.ts',
  'lib/teardown/help.ts',
  'preflight/help.ts',
  'simulate/help.ts',
];
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const commands = Object.keys(scripts).filter((name) => name !== 'prepack');

/** As much of a fresh clone as is there before anything is installed, and no more than help needs. */
let clone: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  clone = await temporaryFolder();
  for (const path of ['scripts', 'package.json', 'package-lock.json', ...helpFiles]) {
    mkdirSync(dirname(join(clone.path, path)), { recursive: true });
    cpSync(join(root, path), join(clone.path, path), { recursive: true });
  }
});
afterAll(() => clone?.remove());

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/run.mjs', ...args], { cwd: clone.path, encoding: 'utf8' });

describe('the help of a fresh clone', () => {
  test.each(commands)('of npm run %s needs and changes nothing', (name) => {
    const before = readdirSync(clone.path).sort();
    const { status, stdout, stderr } = run(name, '--only', 'x', '--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^npm run ${name} `));
    expect(readdirSync(clone.path).sort()).toEqual(before);
  });

  test('lists what there is, and names it where a command is mistyped', () => {
    const { status, stdout } = run();
    expect(status).toBe(0);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  npm run ${name} +\\S`, 'm'));
    const mistyped = run('lives');
    expect([mistyped.status, mistyped.stdout]).toEqual([1, '']);
    expect(mistyped.stderr).toContain("unknown task 'lives'");
  });
});

test('what help repeats of tables is what is in them', () => {
  const words = (file: string) => readFileSync(join(root, file), 'utf8');
  for (const name of quotaNames)
    expect(words('lib/cost/forecast-help.ts')).toContain(
      `${name.padEnd(26)}${quotas[name].most.toLocaleString('en-US')}\n`,
    );
  expect(words('bench/help.ts')).toContain(parts.join(', '));
});
