import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');
const nowhere = 'http://127.0.0.1:9';

/**
 * An app of a user's own with the package as npm packs it, in a folder of its own. Not linked: below `node_modules` Node strips no
 * types, and only what the package contains is there. Its dependencies are those of this checkout, so that nothing is downloaded,
 * without the ones that are for development only.
 */
let app: string;
const environment = () => ({
  PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
  HOME: app,
  CDK_OUTDIR: join(app, 'out'),
  CDK_DOCKER: '/nonexistent/docker',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...Object.fromEntries(
    ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, nowhere]),
  ),
});
const run = (command: string, args: string[], cwd = app) =>
  promisify(execFile)(command, args, { cwd, env: environment(), maxBuffer: 64 * 1_048_576 });

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'headwater-own-app-'));
  await cp(join(root, 'examples/own-app'), app, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', app], root);
  const packed = join(app, 'node_modules/headwater');
  await mkdir(packed, { recursive: true });
  await run('tar', [
    '-xzf',
    join(app, stdout.trim().split('\n').at(-1) ?? ''),
    '--strip-components=1',
    '-C',
    packed,
  ]);
  const { devDependencies, peerDependencies } = JSON.parse(
    await readFile(join(packed, 'package.json'), 'utf8'),
  );
  const development = Object.keys(devDependencies).filter((name) => !Object.hasOwn(peerDependencies, name));
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (development.includes(name)) continue;
    await symlink(join(root, 'node_modules', name), join(app, 'node_modules', name));
  }
}, 300_000);
afterAll(() => rm(app, { recursive: true }));

const templateOf = async (stack: string) =>
  JSON.parse(await readFile(join(app, 'out', `${stack}.template.json`), 'utf8'));

test('an app of one’s own synthesizes with the packed package, and adds to its stacks', async () => {
  await run('node', ['app.ts']);
  const made = await readdir(join(app, 'out'));
  expect(made.filter((name) => name.endsWith('.template.json')).sort()).toEqual(
    ['archive', 'live-edge', 'live-eu-central-1', 'live-pop'].map((stack) => `${stack}.template.json`),
  );
  const region = JSON.stringify(await templateOf('live-eu-central-1'));
  expect(region).toContain('vpc-0a1b2c3d4e5f60718');
  expect(region).toContain('https://pager.example.com/headwater');
  expect(region).toContain('StreamEventsQueueUrl');
  const roles = Object.values((await templateOf('live-eu-central-1')).Resources).filter(
    (resource) => (resource as { Type: string }).Type === 'AWS::IAM::Role',
  );
  expect(roles.length).toBeGreaterThan(10);
  for (const role of roles) expect(JSON.stringify(role)).toContain('policy/team-boundary');
  // Programs, functions and page were bundled from the package.
  const assets = JSON.parse(await readFile(join(app, 'out/live-eu-central-1.assets.json'), 'utf8'));
  expect(Object.keys(assets.dockerImages)).toHaveLength(3);
  const folders = made.filter((name) => name.startsWith('asset.') && !name.endsWith('.zip'));
  const bundles = await Promise.all(folders.map((name) => readdir(join(app, 'out', name))));
  expect(bundles.filter((files) => files.includes('index.mjs'))).toHaveLength(11);
  expect(bundles.filter((files) => files.includes('main.mjs'))).toHaveLength(3);
});

test('its types are what an app’s compiler accepts', async () => {
  await writeFile(
    join(app, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
      },
      files: ['app.ts'],
    }),
  );
  const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
  const { stdout } = await run('node', [compiler, '-p', app]).catch((fault) => fault);
  expect(stdout).toBe('');
});
