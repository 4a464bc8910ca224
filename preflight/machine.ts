import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { MachineFacts } from './facts.ts';

/** Runs a command; resolves to what it prints, rejects if it fails. */
export type Run = (command: string, args: readonly string[]) => Promise<string>;

const timeoutMs = 15_000;

const runCommand: Run = async (command, args) =>
  (await promisify(execFile)(command, [...args], { timeout: timeoutMs })).stdout;

/** The command that builds images, and for which platforms it can. */
export async function readMachine(builder: string, run: Run = runCommand): Promise<MachineFacts> {
  const output = (...args: string[]) => run(builder, args).catch(() => undefined);
  if ((await output('version')) === undefined) return { builder, running: false };
  const listed = /^\s*Platforms:\s*(.+)$/m.exec((await output('buildx', 'inspect')) ?? '')?.[1];
  const platforms = listed
    ? listed.split(',').map((name) => name.trim().replace(/\*$/, ''))
    : await emulated();
  return { builder, running: true, ...(platforms && { platforms }) };
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const emulators: Readonly<Record<string, string>> = { 'qemu-x86_64': 'amd64', 'qemu-aarch64': 'arm64' };

/** The platforms of this kernel and of its registered emulators; undefined where there is no such list. */
async function emulated(): Promise<string[] | undefined> {
  if (process.platform !== 'linux') return undefined;
  const registered = await readdir('/proc/sys/fs/binfmt_misc').catch(() => []);
  const names = [architectures[process.arch], ...registered.map((name) => emulators[name])];
  return names.filter((name) => name !== undefined).map((name) => `linux/${name}`);
}
