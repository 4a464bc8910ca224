// Entry point of every `npm run …`: installs what is missing, then runs the task on Node 24.
// Plain JavaScript for Node 20 without dependencies, because nothing is installed yet on a fresh machine.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changedFiles, narrowed } from './changed.mjs';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

/**
 * Each task: the Debian packages it needs, whether it needs the tools in requirements.txt or root, and its steps. A step is an
 * argv, in which `node` stands for Node 24. `flags`: the options of the task, each with how it changes the steps.
 */
const tasks = {
  live: { steps: (args) => [['node', 'bin/live.ts', ...args]] },
  preflight: { steps: (args) => [['node', 'preflight/main.ts', ...args]] },
  bench: { steps: (args) => [['node', 'bench/main.ts', ...args]] },
  canary: { debian: ['ffmpeg'], steps: (args) => [['node', 'bin/canary.ts', ...args]] },
  drill: { debian: ['ffmpeg', 'faketime'], steps: (args) => [['node', 'drill/main.ts', ...args]] },
  field: { debian: ['ffmpeg'], steps: (args) => [['node', 'field/main.ts', ...args]] },
  forecast: { steps: (args) => [['node', 'bin/forecast.ts', ...args]] },
  teardown: { steps: (args) => [['node', 'bin/teardown.ts', ...args]] },
  fuzz: { steps: (args) => [['node', 'fuzz/main.ts', ...args]] },
  simulate: { steps: (args) => [['node', 'simulate/main.ts', ...args]] },
  test: {
    debian: ['ffmpeg', 'chromium', 'libnginx-mod-rtmp', 'nginx', 'stunnel4'],
    python: true,
    steps: (args) =>
      args.length > 0
        ? [jest(...args)]
        : [
            jest('--selectProjects', 'unit'),
            jest('--selectProjects', 'infra'),
            jest('--selectProjects', 'system'),
          ],
  },
  'test:infra': { python: true, steps: (args) => [jest(...args, '--selectProjects', 'infra')] },
  'test:unit': { steps: (args) => [jest(...args, '--selectProjects', 'unit')] },
  'test:system': {
    debian: ['ffmpeg', 'chromium', 'libnginx-mod-rtmp', 'nginx', 'stunnel4'],
    python: true,
    steps: (args) => [jest(...args, '--selectProjects', 'system')],
  },
  'test:images': {
    debian: ['ffmpeg', 'buildah', 'mmdebstrap'],
    python: true,
    asRoot: true,
    steps: (args) => [jest(...args, '--selectProjects', 'images', '--runInBand')],
  },
  check: {
    flags: { '--changed': changedOnly },
    steps: () => [
      tsc('-p', '.'),
      tsc('-p', 'lib/player/tsconfig.page.json'),
      // Tests that run code inside a page need the browser's types in addition to Node's.
      tsc('-p', 'test/system'),
      [join(bin, 'biome'), 'ci', '.'],
      [
        join(bin, 'depcruise'),
        'bin',
        'lib',
        'lambda',
        'testkit',
        'bench',
        'drill',
        'field',
        'fuzz',
        'simulate',
        'preflight',
        'test',
        '--no-progress',
      ],
      [join(bin, 'knip')],
      ['node', 'scripts/check-tree.mjs'],
    ],
  },
  'base-images': { steps: (args) => [['node', 'scripts/base-images.ts', ...args]] },
  // As an npm package: compiled constructs beside the sources that they bundle (docs/decisions/0030).
  package: { steps: () => [tsc('-p', 'tsconfig.package.json')] },
  'api-types': { steps: () => [['node', 'scripts/api-types.ts']] },
  format: { steps: () => [[join(bin, 'biome'), 'check', '--write', '.']] },
};

/** With HEADWATER_TEST_RESULTS=DIR, each run also writes its results there as JSON, for CI to count. */
function jest(...args) {
  const results = process.env.HEADWATER_TEST_RESULTS;
  const report = results
    ? ['--json', '--outputFile', join(results, `${args.join('-').replaceAll('/', '-')}.json`)]
    : [];
  return [
    'node',
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...report,
    ...args,
  ];
}

/** TypeScript 7 takes a third of the time of 6, which is installed only for tools that need its compiler API. */
function tsc(...args) {
  return ['node', 'node_modules/typescript-7/bin/tsc', ...args];
}

function fail(message) {
  process.stderr.write(`headwater: ${message}\n`);
  process.exit(1);
}

/** The steps for the files that differ from main. */
function changedOnly(steps) {
  const files = changedFiles(root);
  process.stderr.write(`headwater: ${files.length} changed files\n`);
  return narrowed(steps, files, (file) => existsSync(join(root, file)));
}

/** The task's steps with these arguments; a task with flags accepts no others. */
function stepsOf({ steps, flags }, args) {
  if (flags === undefined) return steps(args);
  const stray = args.find((arg) => !Object.hasOwn(flags, arg));
  if (stray !== undefined) fail(`${name} takes ${Object.keys(flags).join(', ')}, not '${stray}'`);
  try {
    return args.reduce((left, flag) => flags[flag](left), steps(args));
  } catch (cause) {
    return fail(`${name} ${args.join(' ')}: ${cause.message}`);
  }
}

/** Installs packages if the lockfile has changed since the last install. */
function ensurePackages() {
  const stamp = join(root, 'node_modules', '.headwater-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('headwater: installing npm packages (once per change of package-lock.json)\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) fail('`npm ci` failed; see its output above. Fix the problem and run the command again.');
  writeFileSync(stamp, lock);
}

/** The Node to use: the packaged Node 24, otherwise this one if it is new enough. */
function findNode() {
  const packaged = join(bin, 'node');
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    `Node 24 is required, but there is no packaged one for ${process.platform}-${process.arch} (this is ${process.version}). Install Node 24 or newer and run the command again.`,
  );
}

/**
 * Installs programs that tests need, such as Chromium, with apt-get as root or through sudo; if that fails, explains what to
 * install.
 */
function ensureDebian(names) {
  const has = (name) =>
    spawnSync('sh', ['-c', `command -v ${name} || test -e /var/lib/dpkg/info/${name}.list`], {
      stdio: 'ignore',
    }).status === 0;
  const missing = names.filter((name) => !has(name));
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) =>
    spawnSync([...sudo, 'apt-get', ...args][0], [...sudo, 'apt-get', ...args].slice(1), {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  process.stderr.write(`headwater: installing ${missing.join(' and ')} with apt-get\n`);
  if (has('apt-get') && apt('update') && apt('install', '-y', '--no-install-recommends', ...missing)) return;
  fail(`missing: ${missing.join(', ')}. Install with: sudo apt-get install ${missing.join(' ')}`);
}

/** The AWS emulator and the template linter. */
function ensurePythonTools() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'python-tools.mjs')], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

/** Runs one step to completion, forwarding signals; Ctrl-C in the terminal reaches the child directly. */
function run(node, [command, ...args]) {
  return new Promise((done) => {
    const child = spawn(command === 'node' ? node : command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    });
    const pass = (signal) => child.kill(signal);
    process.on('SIGTERM', pass);
    process.on('SIGHUP', pass);
    process.on('SIGINT', () => {});
    child.on('error', (cause) => fail(`could not start ${command}: ${cause.message}`));
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', pass);
      process.off('SIGHUP', pass);
      done(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

const [name = '', ...args] = process.argv.slice(2);
const task = tasks[name];
if (!task) fail(`unknown task '${name}'; available tasks: ${Object.keys(tasks).join(', ')}`);
ensurePackages();
if (task.asRoot && process.getuid?.() !== 0) fail(`${name} mounts file systems and must run as root.`);
if (task.debian) ensureDebian(task.debian);
if (task.python) ensurePythonTools();
const node = findNode();
for (const step of stepsOf(task, args)) {
  const code = await run(node, step);
  if (code !== 0) process.exit(code);
}
