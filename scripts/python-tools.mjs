// Puts the tools of requirements.txt into .venv/, once per change of that file. Plain JavaScript for Node 20, as run.mjs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const venv = join(root, '.venv');
const stamp = join(venv, '.headwater-requirements');
const requirements = join(root, 'requirements.txt');
// With the folder: a venv that was moved finds nothing any more.
const wanted = createHash('sha256').update(venv).update(readFileSync(requirements)).digest('hex');

const runs = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } }).status ===
  0;
const say = (message) => process.stderr.write(`headwater: ${message}\n`);

function makeVenv() {
  const make = () => runs('python3', ['-m', 'venv', '--clear', venv]);
  if (make()) return true;
  // Debian keeps what venv needs in a package of its own.
  say('installing python3 and python3-venv with apt-get');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    return runs(command, rest, { DEBIAN_FRONTEND: 'noninteractive' });
  };
  const install = ['install', '-y', '--no-install-recommends', 'python3', 'python3-venv'];
  return apt('update') && apt(...install) && make();
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  say('installing Python tools into .venv (once per change of requirements.txt)');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  if (!makeVenv() || !runs(join(venv, 'bin', 'python'), pip)) {
    rmSync(venv, { recursive: true, force: true });
    say('the Python tools of requirements.txt could not be installed; the output above says why.');
    say('Python 3.10 or newer with venv is needed (Debian: sudo apt-get install python3 python3-venv).');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
