// Installs what a task needs and this machine lacks. Plain JavaScript for Node 18 and no imports outside Node, as run.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { aptProgress, createProgress, lockedFolders } from './progress.mjs';

const lookEveryMs = 500;
/** How much of a failed command's output is shown. */
const shownLines = 40;

/** Runs a command quietly: `heard` gets its lines. Resolves to its output if it failed, otherwise to undefined. */
function runQuietly([command, ...args], { heard = () => {}, ...options }) {
  return new Promise((done) => {
    const lines = [];
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        if (heard(line) !== true) lines.push(line);
      });
    child.on('error', (cause) => done(cause.message));
    child.on('close', (code) => done(code === 0 ? undefined : lines.slice(-shownLines).join('\n')));
  });
}

/** Installs packages if the lockfile has changed since the last install. Returns why it failed, if it did. */
export async function ensurePackages(root) {
  const stamp = join(root, 'node_modules', '.headwater-lock');
  const text = readFileSync(join(root, 'package-lock.json'));
  const lock = createHash('sha256').update(text).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return undefined;
  const { platform, arch } = process;
  const libc = process.report?.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  const folders = lockedFolders(JSON.parse(text), { platform, arch, libc });
  const left = new Set(folders);
  const startedMs = Date.now();
  const isMade = (folder) => {
    // What is there from before is removed first.
    const found = statSync(join(root, folder, 'package.json'), { throwIfNoEntry: false });
    return found !== undefined && found.ctimeMs >= startedMs;
  };
  const progress = createProgress();
  const step = 'installing npm packages (once per change of package-lock.json)';
  progress.say(step);
  const look = setInterval(() => {
    for (const folder of left) if (isMade(folder)) left.delete(folder);
    const seconds = Math.round((Date.now() - startedMs) / 1_000);
    progress.say(step, `${folders.length - left.size} of ${folders.length}, ${seconds} s`);
  }, lookEveryMs);
  const failure = await runQuietly(['npm', 'ci', '--no-audit', '--no-fund'], { cwd: root });
  clearInterval(look);
  progress.end(failure === undefined ? `${folders.length} npm packages are installed` : undefined);
  if (failure !== undefined)
    return `${failure}\n\`npm ci\` failed. Fix the problem and run the command again.`;
  writeFileSync(stamp, lock);
  return undefined;
}

/**
 * Installs programs that tests need, such as Chromium, with apt-get as root or through sudo. Returns what to install by hand, if that
 * fails.
 */
export async function ensureDebian(names) {
  const has = (name) =>
    spawnSync('sh', ['-c', `command -v ${name} || test -e /var/lib/dpkg/info/${name}.list`], {
      stdio: 'ignore',
    }).status === 0;
  const missing = names.filter((name) => !has(name));
  if (missing.length === 0) return undefined;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const progress = createProgress();
  const step = `installing ${missing.join(' and ')} with apt-get`;
  progress.say(step);
  const apt = (...args) =>
    runQuietly([...sudo, 'apt-get', '-o', 'APT::Status-Fd=1', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      heard(line) {
        const percent = aptProgress(line);
        if (percent === undefined) return false;
        if (args[0] === 'install') progress.say(step, `${percent} %`);
        return true;
      },
    });
  const failure = has('apt-get')
    ? ((await apt('update')) ?? (await apt('install', '-y', '--no-install-recommends', ...missing)))
    : 'There is no apt-get here.';
  progress.end(
    failure === undefined
      ? `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} installed`
      : undefined,
  );
  if (failure === undefined) return undefined;
  return `${failure}\nmissing: ${missing.join(', ')}. Install with: sudo apt-get install ${missing.join(' ')}`;
}
