import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');
const run = promisify(execFile);

describe('cdk synth', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headwater-synth-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** As a user runs it, but without credentials, and with a proxy that nobody listens at for the way out. */
  const synth = (output: string, ...args: string[]) => {
    const nowhere = 'http://127.0.0.1:9';
    return run(join(bin, 'cdk'), ['synth', '--quiet', '--output', join(folder, output), ...args], {
      cwd: root,
      env: {
        PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
        HOME: folder,
        HTTP_PROXY: nowhere,
        HTTPS_PROXY: nowhere,
        http_proxy: nowhere,
        https_proxy: nowhere,
        AWS_EC2_METADATA_DISABLED: 'true',
        CDK_DOCKER: '/nonexistent/docker',
      },
    });
  };

  test('makes every stack of the committed example, with its functions, without AWS, network or Docker', async () => {
    await synth('example');
    const made = await readdir(join(folder, 'example'));
    expect(made.filter((name) => name.endsWith('.template.json')).sort()).toEqual([
      'headwater-edge.template.json',
      'headwater-eu-central-1.template.json',
      'headwater-pop.template.json',
    ]);
    const assets = JSON.parse(
      await readFile(join(folder, 'example', 'headwater-eu-central-1.assets.json'), 'utf8'),
    );
    // The three programs of the example; its functions were bundled into files.
    expect(Object.keys(assets.dockerImages)).toHaveLength(3);
    const bundles = await Promise.all(
      made
        .filter((name) => name.startsWith('asset.') && !name.endsWith('.zip'))
        .map((name) => readdir(join(folder, 'example', name))),
    );
    expect(bundles.filter((files) => files.includes('index.mjs')).length).toBe(11);
  });

  test('tells every fault of a deployment file, and no stack trace', async () => {
    const file = join(folder, 'bad.json');
    await writeFile(file, JSON.stringify({ name: 'Live', regions: [{ name: 'Frankfurt' }] }));
    const refused = await synth('bad', '-c', `deployment=${file}`).catch((fault) => fault);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('bad.json has 3 errors:\n  - name: ');
    expect(refused.stderr).toContain('\n  - regions.0.name: ');
    expect(refused.stderr).toContain('\n  - budget: is missing\n');
    expect(refused.stderr).not.toContain('    at ');
  });

  test('says how to name the file where there is none', async () => {
    const refused = await synth('none', '-c', 'deployment=nowhere.json').catch((fault) => fault);
    expect(refused.stderr).toContain('nowhere.json has 1 error:\n  - cannot be read');
    expect(refused.stderr).toContain('-c deployment=FILE');
  });
});
