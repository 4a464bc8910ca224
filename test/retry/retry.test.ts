import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { RetryPolicy } from '../../lib/retry/policy/backoff.ts';
import { type RetryOptions, retry } from '../../lib/retry/retry.ts';
import { rewrite } from '../../lib/retry/rewrite.ts';

const policy: RetryPolicy = { firstMs: 100, longestMs: 300, jitter: 0.5, tries: 5 };
const always: RetryOptions = { again: () => true, random: () => 0.5 };

class Fault extends Error {}

/** Work that fails so often, and when each try of it began. */
function failing(times: number) {
  const beganMs: number[] = [];
  const work = async () => {
    beganMs.push(Date.now());
    if (beganMs.length <= times) throw new Fault(`try ${beganMs.length}`);
    return 'done';
  };
  return { work, beganMs };
}

const pauses = (beganMs: readonly number[]) => beganMs.slice(1).map((ms, index) => ms - beganMs[index]!);

/** What became of it, with time going by as it is waited for. */
async function outcome<Result>(running: Promise<Result>): Promise<unknown> {
  const settled = running.catch((cause: unknown) => cause);
  await jest.runAllTimersAsync();
  return settled;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('what failed', () => {
  test('is tried again with growing, capped pauses until it succeeds', async () => {
    const { work, beganMs } = failing(4);
    expect(await outcome(retry(work, policy, always))).toBe('done');
    expect(pauses(beganMs)).toEqual([100, 200, 300, 300]);
  });

  test.each([
    [0, [50, 100, 150, 150]],
    [1, [150, 300, 450, 450]],
  ])('is spread by chance: with %d the pauses are %j', async (random, expected) => {
    const { work, beganMs } = failing(4);
    await outcome(retry(work, policy, { ...always, random: () => random }));
    expect(pauses(beganMs)).toEqual(expected);
  });

  test('is given up after the tries that the policy allows, with what the last one threw', async () => {
    const { work, beganMs } = failing(9);
    expect(await outcome(retry(work, policy, always))).toMatchObject({ message: 'try 5' });
    expect(beganMs).toHaveLength(5);
  });

  test('is tried without end where the policy names none', async () => {
    const { work, beganMs } = failing(40);
    const { tries: _, ...endless } = policy;
    expect(await outcome(retry(work, endless, always))).toBe('done');
    expect(beganMs).toHaveLength(41);
  });

  test('is not tried again where that would not help', async () => {
    const { work, beganMs } = failing(1);
    const thrown = await outcome(retry(work, policy, { ...always, again: () => false }));
    expect(thrown).toBeInstanceOf(Fault);
    expect(beganMs).toHaveLength(1);
  });

  test.each([
    ['a TypeError', () => Promise.reject(new TypeError('no network'))],
    // Node's own errors are of another realm than the tests.
    ['an error of Node', () => readFile('/there/is/none')],
    ['no error at all', () => Promise.reject('words')],
  ])('may be %s', async (_, work) => {
    jest.useRealTimers();
    let tries = 0;
    const seen: unknown[] = [];
    const quick = { firstMs: 1, longestMs: 1, jitter: 0, tries: 3 };
    const again = (cause: unknown) => seen.push(cause) > 0;
    const counted = () => {
      tries++;
      return work();
    };
    const thrown = await retry(counted, quick, { again }).catch((cause: unknown) => cause);
    expect(tries).toBe(3);
    expect(thrown).toEqual(await work().catch((cause: unknown) => cause));
    expect(seen).toHaveLength(2);
  });
});

describe('a signal', () => {
  test('ends a pause, with its reason', async () => {
    const { work, beganMs } = failing(9);
    const stop = new AbortController();
    const running = retry(work, policy, { ...always, signal: stop.signal }).catch((cause: unknown) => cause);
    await jest.advanceTimersByTimeAsync(50);
    const reason = new Fault('stopped');
    stop.abort(reason);
    expect(await running).toBe(reason);
    await jest.runAllTimersAsync();
    expect(beganMs).toHaveLength(1);
  });

  test('does not lose what a try brings that was under way', async () => {
    const stop = new AbortController();
    const work = async () => {
      await new Promise((wake) => setTimeout(wake, 100));
      return 'a connection';
    };
    const running = retry(work, policy, { ...always, signal: stop.signal });
    await jest.advanceTimersByTimeAsync(50);
    stop.abort();
    expect(await outcome(running)).toBe('a connection');
  });
});

describe('a write on a condition', () => {
  test('is made again on what the other writer wrote, without a pause', async () => {
    const { work, beganMs } = failing(3);
    expect(await outcome(rewrite(work, (cause) => cause instanceof Fault))).toBe('done');
    expect(pauses(beganMs)).toEqual([0, 0, 0]);
  });

  test('is given up when others come first again and again', async () => {
    const { work, beganMs } = failing(99);
    expect(await outcome(rewrite(work, () => true))).toMatchObject({ message: 'try 10' });
    expect(beganMs).toHaveLength(10);
  });

  test('fails at once for any other reason', async () => {
    const { work, beganMs } = failing(1);
    expect(await outcome(rewrite(work, () => false))).toBeInstanceOf(Fault);
    expect(beganMs).toHaveLength(1);
  });
});
