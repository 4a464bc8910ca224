import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

/** A project whose `npm` is a script of ours. */
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'install-'));
  await writeFile(join(root, 'package-lock.json'), '{"packages":{}}');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function npmDoes(script: string): Promise<void> {
  await writeFile(join(root, 'npm'), `#!/bin/sh\n${script}\n`);
  await chmod(join(root, 'npm'), 0o755);
}

/** What a command does first. */
function install(env: Record<string, string> = {}) {
  const module = JSON.stringify(join(import.meta.dirname, '../../scripts/install.mjs'));
  const code = `const { ensurePackages } = await import(${module}); console.log((await ensurePackages(process.argv[1])) ?? 'installed');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, root], {
    env: { ...process.env, PATH: `${root}${delimiter}${process.env.PATH}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said += text;
    });
  }
  return { child, closed: once(child, 'close').then(() => said), said: () => said };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 10));
}

test('npm’s own reason is told, under `npm run -s` too', async () => {
  await rm(join(root, 'npm'), { force: true });
  await writeFile(join(root, 'package.json'), '{ no JSON');
  const said = await install({ npm_config_loglevel: 'silent' }).closed;
  expect(said).toContain('EJSONPARSE');
  expect(said).toContain('`npm ci` failed');
});

test('of two commands at the same time one installs, and the other waits for it', async () => {
  await npmDoes(
    `echo run >> '${root}/runs'; mkdir -p node_modules; while [ ! -e '${root}/go' ]; do sleep 0.02; done`,
  );
  const first = install();
  await until(() => existsSync(join(root, 'runs')));
  const second = install();
  await until(() => second.said().includes('waiting for another command'));
  await writeFile(join(root, 'go'), '');
  expect(await first.closed).toMatch(/installed\n$/);
  expect(await second.closed).toMatch(/installed\n$/);
  expect(await readFile(join(root, 'runs'), 'utf8')).toBe('run\n');
});

test('whoever ends the command ends the install, and the next one isn’t kept waiting', async () => {
  await npmDoes(`echo $$ > '${root}/pid'; exec sleep 600`);
  const { child, closed } = install();
  await until(() => existsSync(join(root, 'pid')));
  const pid = Number(await readFile(join(root, 'pid'), 'utf8'));
  child.kill('SIGTERM');
  await closed;
  await until(() => !isRunning(pid));
  await npmDoes('mkdir -p node_modules');
  expect(await install().closed).toMatch(/installed\n$/);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
