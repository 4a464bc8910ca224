import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { RollingRestart } from '../../../../lib/adapters/local/watch/rolling-restart.ts';

/** A supervisor whose processes come up when the test says so. */
class ScriptedSupervisor {
  /** The processes that were drained, in order. */
  readonly drained: string[] = [];
  /** Those that failed to start and wait. */
  readonly waiting = new Set<string>();
  readonly started: string[] = [];
  #up = Promise.withResolvers<void>();

  drain(name: string): Promise<void> {
    this.drained.push(name);
    this.#up = Promise.withResolvers();
    return this.#up.promise;
  }

  startNow(name: string): boolean {
    if (!this.waiting.delete(name)) return false;
    this.started.push(name);
    return true;
  }

  async up(): Promise<void> {
    this.#up.resolve();
    await setImmediate();
  }
}

let supervisor: ScriptedSupervisor;
let restarts: RollingRestart;
beforeEach(() => {
  supervisor = new ScriptedSupervisor();
  restarts = new RollingRestart(supervisor);
});

describe('restarts after a change', () => {
  test('happen one after another: the next begins when the one before is up', async () => {
    restarts.add(['encoder-1', 'encoder-2']);
    await setImmediate();
    expect(supervisor.drained).toEqual(['encoder-1']);
    await supervisor.up();
    expect(supervisor.drained).toEqual(['encoder-1', 'encoder-2']);
    await supervisor.up();
    restarts.add(['edge']);
    expect(supervisor.drained).toEqual(['encoder-1', 'encoder-2', 'edge']);
  });

  test('of a process that waits for its turn happen once', async () => {
    restarts.add(['edge', 'origin']);
    restarts.add(['origin', 'page']);
    await supervisor.up();
    await supervisor.up();
    await supervisor.up();
    expect(supervisor.drained).toEqual(['edge', 'origin', 'page']);
  });

  test('of a process that is being restarted happen again: what comes up may be the older code', async () => {
    restarts.add(['edge', 'origin']);
    restarts.add(['edge']);
    for (let ups = 0; ups < 4; ups++) await supervisor.up();
    expect(supervisor.drained).toEqual(['edge', 'origin', 'edge']);
  });

  test('are held back by one that does not come up, which the mended code starts at once', async () => {
    restarts.add(['encoder-1', 'encoder-2']);
    supervisor.waiting.add('encoder-1');
    await setImmediate();
    expect(supervisor.drained).toEqual(['encoder-1']);
    restarts.add(['encoder-1', 'encoder-2']);
    expect(supervisor.started).toEqual(['encoder-1']);
    for (let ups = 0; ups < 3; ups++) await supervisor.up();
    expect(supervisor.drained).toEqual(['encoder-1', 'encoder-2']);
  });
});
