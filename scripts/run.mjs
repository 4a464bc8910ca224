// Entry point of every `npm run …`: installs what is missing, then runs the task on Node 24.
// Plain JavaScript for Node 18 without dependencies, because nothing is installed yet on a fresh machine.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedFiles, narrowed } from './changed.mjs';
import { helpIn, listText, taskText } from './help.mjs';
import { ensureDebian, ensurePackages } from './install.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const bin = join(root, 'node_modules', '.bin');

/** A task that runs one of our programs, and the file with its help. */
const program = (main, help, about, more = {}) => ({
  about,
  help,
  ...more,
  steps: (args) => [['node', main, ...args]],
});

/**
 * Each task: what it is about; the Debian packages it needs, unless one of the flags in `looks` says that it only looks; whether it needs
 * the tools in requirements.txt or root; and its steps. A step is an argv, in which `node` stands for Node 24. `help`: the file with its
 * help text. `flags`: the options of the task, each with how it changes the steps.
 */
const tasks = {
  live: program('bin/live.ts', 'lib/adapters/local/platform/help.ts', 'the whole platform on this machine'),
  preflight: program('preflight/main.ts', 'preflight/help.ts', 'what an AWS account lacks for a deployment'),
  bench: program('bench/main.ts', 'bench/help.ts', 'measures Headwater next to its peers on this machine'),
  canary: program(
    'bin/canary.ts',
    'lib/canary/help.ts',
    'broadcasts to a running platform and judges what viewers get',
    {
      debian: ['ffmpeg'],
    },
  ),
  drill: program('drill/main.ts', 'drill/help.ts', 'injects faults, and measures what viewers notice', {
    debian: ['ffmpeg', 'faketime'],
    looks: ['--list', '--simulate'],
  }),
  field: program('field/main.ts', 'field/help.ts', 'plays what real encoders and networks do', {
    debian: ['ffmpeg'],
    looks: ['--list'],
  }),
  forecast: program(
    'bin/forecast.ts',
    'lib/cost/forecast-help.ts',
    'what a load costs on AWS, and which limit it reaches first',
  ),
  teardown: program('bin/teardown.ts', 'lib/teardown/help.ts', 'deletes a region of AWS'),
  fuzz: program('fuzz/main.ts', 'fuzz/help.ts', 'feeds hostile bytes to every parser of outside bytes'),
  simulate: program(
    'simulate/main.ts',
    'simulate/help.ts',
    'the platform’s decisions at the scale of millions',
  ),
  test: {
    about: 'all tests',
    takes: ' -- [PATH …] [flags of Jest]',
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
  'test:infra': {
    about: 'the tests of what is deployed',
    takes: ' -- [PATH …]',
    python: true,
    steps: (args) => [jest(...args, '--selectProjects', 'infra')],
  },
  'test:unit': {
    about: 'the tests that need nothing else',
    takes: ' -- [PATH …]',
    steps: (args) => [jest(...args, '--selectProjects', 'unit')],
  },
  'test:system': {
    about: 'the tests of whole platforms',
    takes: ' -- [PATH …]',
    debian: ['ffmpeg', 'chromium', 'libnginx-mod-rtmp', 'nginx', 'stunnel4'],
    python: true,
    steps: (args) => [jest(...args, '--selectProjects', 'system')],
  },
  'test:images': {
    about: 'builds the container images and tests them',
    debian: ['ffmpeg', 'buildah', 'mmdebstrap'],
    python: true,
    asRoot: true,
    steps: (args) => [jest(...args, '--selectProjects', 'images', '--runInBand')],
  },
  check: {
    about: 'types, format, lint, unused code and import rules; with --changed, of what differs from main',
    takes: ' -- [--changed]',
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
  'base-images': {
    about: 'updates the digests of the images’ bases',
    takes: ' -- [--check]',
    steps: (args) => [['node', 'scripts/base-images.ts', ...args]],
  },
  // As an npm package: compiled constructs beside the sources that they bundle (docs/decisions/0030).
  package: { steps: () => [tsc('-p', 'tsconfig.package.json')] },
  'api-types': {
    about: 'writes the page’s types from the API’s documents',
    steps: () => [['node', 'scripts/api-types.ts']],
  },
  format: { about: 'formats the sources', steps: () => [[join(bin, 'biome'), 'check', '--write', '.']] },
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

/** The Node to use: the packaged Node 24, otherwise this one if it is new enough. */
function findNode() {
  const packaged = join(bin, 'node');
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    `Node 24 is required, but there is no packaged one for ${process.platform}-${process.arch} (this is ${process.version}). Install Node 24 or newer and run the command again.`,
  );
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
if (name === '' || name === '--help') {
  process.stdout.write(listText(tasks));
  process.exit(0);
}
const task = tasks[name];
if (!task) fail(`unknown task '${name}'; available tasks: ${Object.keys(tasks).join(', ')}`);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(task.help === undefined ? taskText(name, task) : await helpIn(join(root, task.help)));
  process.exit(0);
}
const need = async (lacking) => {
  const failure = await lacking;
  if (failure !== undefined) fail(failure);
};
await need(ensurePackages(root));
if (task.asRoot && process.getuid?.() !== 0) fail(`${name} mounts file systems and must run as root.`);
if (task.debian && !task.looks?.some((flag) => args.includes(flag))) await need(ensureDebian(task.debian));
if (task.python) ensurePythonTools();
const node = findNode();
for (const step of stepsOf(task, args)) {
  const code = await run(node, step);
  if (code !== 0) process.exit(code);
}
