import { describe, expect, test } from '@jest/globals';
import { fuzzTarget } from '../../fuzz/fuzz-target.ts';
import type { FuzzTarget } from '../../fuzz/model.ts';

const target = (run: FuzzTarget['run'], more: Partial<FuzzTarget> = {}): FuzzTarget => ({
  name: 'planted',
  about: '',
  parsers: [],
  run,
  ...more,
});
const corpus = [Buffer.from('hello world, this is a header of some length')];
const settings = { runs: 3000, seed: 7, corpus };
/** For what is tried again and again until it is certain: little of it to make small. */
const shortCorpus = [Buffer.alloc(9)];

/** Fails for a length field that is larger than what follows it. */
function trustsLength(input: Buffer): void {
  const at = input.indexOf('len=');
  if (at >= 0 && input.length > at + 4 && (input[at + 4] ?? 0) > input.length)
    throw new RangeError('too long');
}

describe('fuzzing a target', () => {
  test('counts the corpus and the inputs if all hold', async () => {
    expect(
      await fuzzTarget(
        target(() => {}),
        settings,
      ),
    ).toEqual({ inputs: 3001 });
  });

  test('finds a crash and returns the smallest input that still crashes', async () => {
    const { finding } = await fuzzTarget(target(trustsLength, { words: ['len='] }), settings);
    expect(finding?.kind).toBe('crash');
    expect(finding?.detail).toContain('RangeError: too long');
    expect(Buffer.from(finding!.input!).toString('latin1')).toMatch(/^len=.$/s);
  });

  test('awaits a parser that answers later', async () => {
    const run = async (input: Buffer) => {
      await Promise.resolve();
      if (input.length === 3) throw new Error('three');
    };
    const { finding } = await fuzzTarget(target(run), settings);
    expect(finding).toMatchObject({ kind: 'crash', input: expect.any(Uint8Array) });
    expect(finding!.input).toHaveLength(3);
  });

  test('the same seed tries the same inputs, another one others', async () => {
    const tried = async (seed: number) => {
      const inputs: string[] = [];
      const run = (input: Buffer) => void inputs.push(input.toString('hex'));
      await fuzzTarget(target(run), { runs: 100, seed, corpus });
      return inputs;
    };
    expect(await tried(1)).toEqual(await tried(1));
    expect(await tried(1)).not.toEqual(await tried(2));
  });

  test('finds an input that takes too much processor time', async () => {
    const limits = { maxMs: 5, maxGrowthBytes: 2 ** 30 };
    const run = (input: Buffer) => {
      const until = process.threadCpuUsage().user + (input.length > 3 ? 7_000 : 0);
      while (process.threadCpuUsage().user < until);
    };
    const { finding } = await fuzzTarget(target(run), { runs: 200, seed: 7, corpus: shortCorpus, limits });
    expect(finding).toMatchObject({ kind: 'slow' });
    expect(finding!.input).toHaveLength(4);
  });

  test('waiting is no processor time', async () => {
    const limits = { maxMs: 20, maxGrowthBytes: 2 ** 30 };
    const run = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    expect(await fuzzTarget(target(run), { runs: 3, seed: 1, corpus, limits })).toEqual({ inputs: 4 });
  });

  test('finds an input that allocates too much, on the heap or beside it', async () => {
    const limits = { maxMs: 1000, maxGrowthBytes: 16 * 1024 * 1024 };
    for (const allocate of [() => new Array(2_500_000).fill(1.5), () => Buffer.alloc(20 * 1024 * 1024)]) {
      const run = (input: Buffer) => void (input.length > 3 && allocate());
      const { finding } = await fuzzTarget(target(run), { runs: 100, seed: 7, corpus: shortCorpus, limits });
      expect(finding).toMatchObject({ kind: 'growth' });
    }
  });

  test('finds a little that every input leaves behind', async () => {
    const limits = { maxMs: 1000, maxGrowthBytes: 8 * 1024 * 1024 };
    const kept: unknown[] = [];
    // Much more than what other tests of this process may give back meanwhile.
    const run = () => void kept.push(Buffer.alloc(32 * 1024));
    const { finding } = await fuzzTarget(target(run), { ...settings, runs: 6000, limits });
    expect(finding).toMatchObject({ kind: 'leak' });
    expect(finding).not.toHaveProperty('input');
  });
});
