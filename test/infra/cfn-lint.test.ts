import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fullDeployment, synthesize } from '../support/platform-templates.ts';
import { testDeployment } from '../support/template.ts';

const cfnLint = join(import.meta.dirname, '../../.venv/bin/cfn-lint');

describe('cfn-lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-templates-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['the least that a deployment file can say', testDeployment()],
    [
      'all that it can say, in two regions',
      fullDeployment({ regions: [{ name: 'eu-central-1' }, { name: 'us-west-1', zones: 2 }] }),
    ],
  ])('finds no error in the templates of %s', (words, deployment) => {
    const outdir = join(folder, words.replaceAll(' ', '-'));
    synthesize(deployment, outdir);
    const templates = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
    expect(templates.length).toBeGreaterThanOrEqual(3);
    const { stdout, stderr, status } = spawnSync(
      cfnLint,
      ['--non-zero-exit-code', 'error', ...templates.map((name) => join(outdir, name))],
      { encoding: 'utf8' },
    );
    expect({ errors: stdout.match(/^E\d+ .*$/gm) ?? [], stderr, status }).toEqual({
      errors: [],
      stderr: '',
      status: 0,
    });
  });
});
