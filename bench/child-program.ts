import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { whenInterrupted } from '../testkit/cleanup.ts';

/** A program that the bench starts and stops. */
export interface ChildProgram {
  readonly pid: number;
  /** Everything it wrote so far, both streams. */
  output(): string;
  /** Asks it to stop, and kills it after 5 s. */
  stop(): Promise<void>;
}

const stopWithinMs = 5_000;
const startWithinMs = 15_000;

export interface StartOptions {
  /** It is ready when this port on 127.0.0.1 accepts connections. */
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a program and waits until its port accepts connections. Throws with its output if it ends first. */
export async function startProgram(
  [command = '', ...args]: readonly string[],
  options: StartOptions,
): Promise<ChildProgram> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ...options.env },
  });
  let output = '';
  const keep = (bytes: Buffer) => {
    if (output.length < 100_000) output += bytes.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const spawned = once(child, 'spawn');
  const closed = once(child, 'close').catch(() => {});
  await spawned;
  const settled = whenInterrupted(() => stopChild(child, closed));
  const stop = async () => {
    await stopChild(child, closed);
    settled();
  };
  const deadline = performance.now() + startWithinMs;
  while (!(await answers(options.port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`${command} did not start: ${output.trim() || '(no output)'}`);
    }
    await sleep(20);
  }
  return { pid: child.pid!, output: () => output, stop };
}

async function stopChild(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await closed;
  clearTimeout(kill);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
