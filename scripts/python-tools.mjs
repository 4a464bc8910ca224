// Installs the tools in requirements.txt into .venv/, once per change of that file. Plain JavaScript for Node 18, like run.mjs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const venv = join(root, '.venv');
const stamp = join(venv, '.headwater-requirements');
const requirements = join(root, 'requirements.txt');
// Includes the path, because a moved venv no longer works.
const wanted = createHash('sha256').update(venv).update(readFileSync(requirements)).digest('hex');

const runs = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } }).status ===
  0;
const say = (message) => process.stderr.write(`headwater: ${message}\n`);

function makeVenv() {
  const make = () => runs('python3', ['-m', 'venv', '--clear', venv]);
  if (make()) return true;
  // On Debian, venv needs a separate package.
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
    say('could not install the Python tools in requirements.txt; see the output above.');
    say('Python 3.10 or newer with venv is required (Debian: sudo apt-get install python3 python3-venv).');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
