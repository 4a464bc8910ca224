import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { nextRestart, StartError, Supervisor } from '../../../../lib/adapters/local/platform/supervisor.ts';

const ready = `console.log(JSON.stringify({ event: 'process.ready', name: 'one' }));`;
/** Ends when it is told to, or when the supervisor is gone. */
const stays = `process.stdin.on('end', () => process.exit()).resume(); process.on('SIGTERM', () => process.exit(0));`;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'supervisor-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function supervise(source: string, successorAt?: string): Promise<Supervisor> {
  await writeFile(join(dir, 'one.mjs'), source);
  return new Supervisor(dir, [
    {
      ...{ role: 'edge', name: 'one', program: 'one.mjs', env: {}, port: 1, stopOrder: 0 },
      ...(successorAt === undefined ? {} : { successorAt }),
    },
  ]);
}

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the supervisor', () => {
  test('is started when the process has said that it is ready, and leaves nothing behind when stopped', async () => {
    const supervisor = await supervise(stays + ready);
    await supervisor.start();
    const [status] = supervisor.status();
    expect(status).toMatchObject({ name: 'one', role: 'edge', port: 1 });
    await supervisor.stop();
    expect(alive(status?.pid ?? 0)).toBe(false);
    expect(supervisor.status()).toEqual([]);
  });

  test('a process that is killed is said so and started again', async () => {
    const supervisor = await supervise(stays + ready);
    await supervisor.start();
    const [before] = supervisor.status();
    const exited = once(supervisor, 'exited');
    const restarted = once(supervisor, 'restarted');
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    expect((await exited)[0]).toMatchObject({ name: 'one', signal: 'SIGKILL', restartInMs: 100 });
    jest.restoreAllMocks();
    expect((await restarted)[0].pid).not.toBe(before?.pid);
    await supervisor.stop();
  });

  test('a process that is drained finishes what it has, and its successor is started at once', async () => {
    const finishes = `process.stdin.on('end', () => process.exit()).resume();
      process.on('SIGTERM', () => setTimeout(() => { console.log('finished'); process.exit(0); }, 50));`;
    const supervisor = await supervise(finishes + ready);
    await supervisor.start();
    const [before] = supervisor.status();
    const said = once(supervisor, 'line');
    const exited = once(supervisor, 'exited');
    const after = await supervisor.drain('one');
    expect((await said)[0]).toMatchObject({ event: 'process.output', text: 'finished' });
    expect((await exited)[0]).toMatchObject({ name: 'one', code: 0, signal: null, restartInMs: 0 });
    expect(after).toMatchObject({ name: 'one' });
    expect(after?.pid).not.toBe(before?.pid);
    expect(supervisor.status()).toEqual([after]);
    await supervisor.stop();
  });

  test('a process that does not finish in its time is killed, and its successor is started', async () => {
    const hangs = `process.stdin.on('end', () => process.exit()).resume(); process.on('SIGTERM', () => {});`;
    const supervisor = await supervise(hangs + ready);
    await supervisor.start();
    const exited = once(supervisor, 'exited');
    expect(await supervisor.drain('one', 50)).toMatchObject({ name: 'one' });
    expect((await exited)[0]).toMatchObject({ signal: 'SIGKILL' });
    expect(supervisor.kill('one')).toBe(true);
    await supervisor.stop();
  });

  test('a process that says that it listens no more has its successor beside it while it finishes', async () => {
    const finishes = `process.stdin.on('end', () => process.exit()).resume();
      process.on('SIGTERM', () => console.log(JSON.stringify({ event: 'one.draining', name: 'one' })));
      process.on('SIGUSR2', () => process.exit(0));`;
    const supervisor = await supervise(finishes + ready, 'one.draining');
    await supervisor.start();
    const [before] = supervisor.status();
    const exits: unknown[] = [];
    supervisor.on('exited', (exit) => exits.push(exit));
    const after = await supervisor.drain('one');
    expect(after?.pid).not.toBe(before?.pid);
    expect(alive(before?.pid ?? 0)).toBe(true);
    expect(supervisor.status()).toEqual([after]);
    const left = once(supervisor, 'left');
    process.kill(before?.pid ?? 0, 'SIGUSR2');
    expect((await left)[0]).toMatchObject({ name: 'one', code: 0, signal: null });
    expect(exits).toEqual([]);
    // One that still finishes is stopped with the others.
    void supervisor.drain('one');
    await once(supervisor, 'restarted');
    const pids = [after?.pid ?? 0, supervisor.status()[0]?.pid ?? 0];
    const stopped = supervisor.stop();
    process.kill(pids[0]!, 'SIGUSR2');
    process.kill(pids[1]!, 'SIGUSR2');
    await stopped;
    expect(pids.filter(alive)).toEqual([]);
  });

  test('a process that waits for its restart is started at once, on its own or by a drain', async () => {
    const supervisor = await supervise(stays + ready);
    await supervisor.start();
    expect(supervisor.startNow('one')).toBe(false);
    // It ends right after each start, so each restart waits longer.
    await writeFile(join(dir, 'one.mjs'), 'process.exit(1)');
    void supervisor.drain('one');
    for (let wait = 0; wait < 1_600; ) [{ restartInMs: wait }] = await once(supervisor, 'exited');
    await writeFile(join(dir, 'one.mjs'), stays + ready);
    const restarted = once(supervisor, 'restarted');
    expect(supervisor.startNow('one')).toBe(true);
    expect(supervisor.startNow('one')).toBe(false);
    expect((await restarted)[0]).toMatchObject({ name: 'one' });

    const exited = once(supervisor, 'exited');
    expect(supervisor.kill('one')).toBe(true);
    await exited;
    expect(await supervisor.drain('one')).toMatchObject({ name: 'one' });
    expect(supervisor.status()).toHaveLength(1);
    await supervisor.stop();
  });

  test('successors of drained processes start one after the other, and one that fails does not hold up the next', async () => {
    const names = ['one', 'two', 'three'];
    await writeFile(join(dir, 'any.mjs'), stays + ready);
    const supervisor = new Supervisor(
      dir,
      names.map((name) => ({
        ...{ role: 'edge', name, program: 'any.mjs', port: 1, stopOrder: 0 },
        env: { NAME: name },
      })),
    );
    await supervisor.start();
    // A start now takes until it is told to go on, and says when it begins.
    await writeFile(
      join(dir, 'any.mjs'),
      `console.log('begins'); process.on('SIGUSR2', () => { ${ready} });
       process.on('SIGINT', () => process.exit(1)); ${stays}`,
    );
    const story: string[] = [];
    const began = new EventEmitter();
    supervisor.on('line', ({ text, name }) => {
      if (text !== 'begins') return;
      story.push(`${name} begins`);
      began.emit('begins', name);
    });
    supervisor.on('restarted', ({ name }) => story.push(`${name} is ready`));
    const drained = names.slice(0, 2).map((name) => {
      const begins = once(began, 'begins');
      return { restarted: supervisor.drain(name), begins };
    });
    const [first] = await drained[0]!.begins;
    const exits = once(supervisor, 'exited');
    void supervisor.drain('three');
    await exits;
    const pidOf = (name: string): number =>
      supervisor.status().find((status) => status.name === name)?.pid ?? 0;
    const others = () => story.filter((line) => line.endsWith('begins')).length;
    expect(others()).toBe(1);
    const secondBegins = once(began, 'begins');
    process.kill(pidOf(first), 'SIGUSR2');
    const [second] = await secondBegins;
    expect(story).toEqual([`${first} begins`, `${first} is ready`, `${second} begins`]);
    const thirdBegins = once(began, 'begins');
    process.kill(pidOf(second), 'SIGINT');
    const [third] = await thirdBegins;
    expect(new Set([first, second, third])).toEqual(new Set(names));
    await supervisor.stop();
  });

  test('flags of Node reach Node', async () => {
    await writeFile(join(dir, 'one.mjs'), `console.log(process.execArgv.join(' '));${stays}${ready}`);
    const supervisor = new Supervisor(dir, [
      {
        ...{ role: 'edge', name: 'one', program: 'one.mjs', env: {}, port: 1, stopOrder: 0 },
        nodeFlags: ['--stack-trace-limit=7'],
      },
    ]);
    const line = once(supervisor, 'line');
    await supervisor.start();
    expect((await line)[0].text).toContain('--stack-trace-limit=7');
    await supervisor.stop();
  });

  test('who is not there is neither drained nor killed', async () => {
    const supervisor = await supervise(stays + ready);
    expect(await supervisor.drain('two')).toBeUndefined();
    expect(supervisor.kill('two')).toBe(false);
    expect(supervisor.startNow('two')).toBe(false);
    await supervisor.stop();
  });

  test('a process that cannot start says why, with the mend', async () => {
    const failed = {
      event: 'process.failed',
      name: 'one',
      code: 'EADDRINUSE',
      reason: 'Port 1 is in use.',
      mend: 'Stop it.',
    };
    const supervisor = await supervise(
      `console.log(${JSON.stringify(JSON.stringify(failed))}); process.exit(1)`,
    );
    const fault = await supervisor.start().catch((cause: unknown) => cause);
    expect(fault).toBeInstanceOf(StartError);
    expect(fault).toMatchObject({
      code: 'EADDRINUSE',
      mend: 'Stop it.',
      message: expect.stringContaining('Port 1'),
    });
    await supervisor.stop();
  });

  test('what is not JSON is passed on as output', async () => {
    const supervisor = await supervise(`console.log('hello');${stays}${ready}`);
    const line = once(supervisor, 'line');
    await supervisor.start();
    expect((await line)[0]).toMatchObject({ event: 'process.output', text: 'hello', name: 'one' });
    await supervisor.stop();
  });
});

describe('the restart back-off', () => {
  test('doubles while the process keeps ending early, up to ten seconds', () => {
    const delays: number[] = [];
    let failures = 0;
    for (let i = 0; i < 9; i++) {
      const next = nextRestart(failures, 50, 0.5);
      failures = next.failures;
      delays.push(next.delayMs);
    }
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  test('starts over when the process has been up for a while', () => {
    expect(nextRestart(8, 60_000, 0.5)).toEqual({ failures: 1, delayMs: 100 });
  });

  test('begins with the shortest after a planned start that had none', () => {
    expect(nextRestart(0, 50, 0.5)).toEqual({ failures: 1, delayMs: 100 });
  });

  test('is spread a little, so that processes that ended together do not start together', () => {
    expect(nextRestart(0, 50, 0).delayMs).toBe(90);
    expect(nextRestart(0, 50, 1).delayMs).toBe(110);
  });
});
