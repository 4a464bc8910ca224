// `npm run check -- --changed`: the check's steps, narrowed to the files that differ from main.
// Plain JavaScript for Node 20 and no imports outside Node, as run.mjs.
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';

/** What the tools read besides the sources: a change of it may put any file at fault. */
const settings =
  /^(package(-lock)?\.json|biome\.json|knip\.json|\.dependency-cruiser\.cjs|\.gitignore|scripts\/(run|changed)\.mjs|(.*\/)?tsconfig[^/]*\.json)$/;
const code = /\.([cm]?[jt]s|tsx)$/;
/** What has types: the code, and the JSON that it imports. */
const typed = /\.([cm]?[jt]s|tsx|json)$/;

/**
 * The files that differ from where this branch left main (origin's if there is one), uncommitted and new ones included,
 * removed ones too. Throws if git can't tell.
 */
export function changedFiles(root) {
  const git = (...args) => {
    const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr?.trim() || error?.message || `git ${args[0]} failed`);
    return stdout.split('\0').filter(Boolean);
  };
  const exists = (ref) => spawnSync('git', ['rev-parse', '-q', '--verify', ref], { cwd: root }).status === 0;
  const main = ['origin/main', 'main'].find(exists) ?? 'HEAD';
  const [base = ''] = git('merge-base', 'HEAD', main).map((line) => line.trim());
  return [
    ...git('diff', '--name-only', '--no-renames', '-z', base),
    ...git('ls-files', '--others', '--exclude-standard', '-z'),
  ];
}

/**
 * The steps that `files` call for (`exists` tells a removed one), each with less to do where its tool knows how. Types and unused code are still checked
 * as a whole, from what the run before left in node_modules/.cache. A step of a tool that isn't named here runs as it is.
 */
export function narrowed(steps, files, exists) {
  if (files.some((file) => settings.test(file))) return steps;
  const sources = files.filter((file) => code.test(file));
  const narrow = {
    tsc: (step) =>
      files.some((file) => typed.test(file))
        ? [...step, '--incremental', '--tsBuildInfoFile', buildInfo(step)]
        : undefined,
    biome: ([tool, command]) => only([tool, command, '--no-errors-on-unmatched'], files.filter(exists)),
    depcruise: ([tool, ...args]) => {
      const folders = args.filter((arg) => !arg.startsWith('-'));
      const flags = args.filter((arg) => arg.startsWith('-'));
      const within = sources.filter((file) => exists(file) && folders.includes(file.split('/')[0]));
      return only([tool, ...flags], within);
    },
    knip: (step) => (sources.length > 0 ? [...step, '--cache'] : undefined),
  };
  return steps
    .map((step) => {
      const tool = basename(step[0] === 'node' ? step[1] : step[0]);
      return Object.hasOwn(narrow, tool) ? narrow[tool](step) : step;
    })
    .filter((step) => step !== undefined);
}

const only = (step, files) => (files.length > 0 ? [...step, ...files] : undefined);

/** One for each TypeScript project. */
const buildInfo = (step) => {
  const words = step
    .at(-1)
    .split(/[^a-z]+/i)
    .filter(Boolean);
  return join('node_modules', '.cache', 'headwater', `${['types', ...words].join('-')}.tsbuildinfo`);
};
