import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { adoptingDeployment } from '../../testkit/aws/adopting-deployment.ts';
import { fullDeployment, synthesize } from '../../testkit/aws/platform-templates.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

const cfnLint = join(import.meta.dirname, '../../.venv/bin/cfn-lint');

describe('cfn-lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-templates-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  // The linter is a process of its own: both run side by side. The larger deployment is first: the CDK's validator keeps the
  // rules that it loaded for it.
  test.concurrent.each([
    [
      'all that it can say, in two regions',
      fullDeployment({ regions: [{ name: 'eu-central-1' }, { name: 'us-west-1', zones: 2 }] }),
    ],
    ['a deployment into accounts that are in use', adoptingDeployment()],
    [
      'what excludes the rest: a user pool, and nothing kept',
      testDeployment({
        api: { cognito: true },
        retention: { keepOnDelete: false },
        compute: {
          cpuEncoders: { maxTasks: 2000 },
          schedule: [
            { name: 'gala', from: '2099-06-01T10:00:00Z', until: '2099-06-01T12:00:00Z', streams: 10 },
          ],
        },
      }),
    ],
    ['the least that a deployment file can say, and a canary', testDeployment({ canary: true })],
  ])(
    'finds no error in the templates of %s',
    async (words, deployment) => {
      const outdir = join(folder, words.replaceAll(' ', '-'));
      synthesize(deployment, { outdir });
      const templates = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
      expect(templates.length).toBeGreaterThanOrEqual(3);
      const { stdout, stderr, code } = await promisify(execFile)(cfnLint, [
        '--non-zero-exit-code',
        'error',
        ...templates.map((name) => join(outdir, name)),
      ]).then(
        (said) => ({ ...said, code: 0 }),
        (fault) => fault,
      );
      expect({ errors: stdout.match(/^E\d+ .*$/gm) ?? [], stderr, code }).toEqual({
        errors: [],
        stderr: '',
        code: 0,
      });
      // They begin together, and synthesis is one after the other.
    },
    480_000,
  );
});
