// Installs what a task needs and this machine lacks. Plain JavaScript for Node 18 and no imports outside Node, as run.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { aptProgress, createProgress, lockedFolders } from './progress.mjs';

const lookEveryMs = 500;
/** How much of a failed command's output is shown. */
const shownLines = 40;

/** Whoever ends this process ends what it runs: what went on by itself would stand in the way of the next try. */
function endWith(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const end = (signal) => {
    child.kill(signal);
    unguard();
    process.kill(process.pid, signal);
  };
  const unguard = () => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  return unguard;
}

/** Runs a command quietly: `heard` gets its lines. Resolves to its output if it failed, otherwise to undefined. */
function runQuietly([command, ...args], { heard = () => {}, ...options }) {
  return new Promise((done) => {
    const lines = [];
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const unguard = endWith(child);
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        if (heard(line) !== true) lines.push(line);
      });
    child.on('error', (cause) => {
      unguard();
      done(cause.message);
    });
    child.on('close', (code) => {
      unguard();
      done(code === 0 ? undefined : lines.slice(-shownLines).join('\n'));
    });
  });
}

/** Installs packages if the lockfile has changed since the last install. Returns why it failed, if it did. */
export async function ensurePackages(root) {
  const stamp = join(root, 'node_modules', '.headwater-lock');
  const text = readFileSync(join(root, 'package-lock.json'));
  const lock = createHash('sha256').update(text).digest('hex');
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
  if (isCurrent()) return undefined;
  const release = await soleInstall(root);
  try {
    // Another command may have done it meanwhile.
    return isCurrent() ? undefined : await installPackages(root, text, () => writeFileSync(stamp, lock));
  } finally {
    release();
  }
}

/** Waits until no other command installs packages here: `npm ci` begins by deleting them. Returns what ends the turn. */
async function soleInstall(root) {
  const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const path = join(tmpdir(), `headwater-install-${id}`);
  const progress = createProgress();
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      progress.end();
      return () => rmSync(path, { force: true });
    } catch (cause) {
      if (cause.code !== 'EEXIST') throw cause;
    }
    if (isRunning(pidIn(path))) {
      progress.say('waiting for another command, which installs npm packages');
      await new Promise((done) => setTimeout(done, lookEveryMs));
    } else rmSync(path, { force: true });
  }
}

function pidIn(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return Number.NaN;
  }
}

function isRunning(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (cause) {
    return cause.code === 'EPERM';
  }
}

async function installPackages(root, text, installed) {
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
  // Of its own: under `npm run -s` it would say nothing of why it failed.
  const failure = await runQuietly(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel', 'warn'], {
    cwd: root,
  });
  clearInterval(look);
  progress.end(failure === undefined ? `${folders.length} npm packages are installed` : undefined);
  if (failure !== undefined)
    return `${failure}\n\`npm ci\` failed. Fix the problem and run the command again.`;
  installed();
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
