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
/** Fewer than are followed by a collection of garbage, which takes long in a process with many tests (see thread.test.ts). */
const settings = { runs: 2000, seed: 7, corpus };

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
    ).toEqual({ inputs: 2001 });
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

  test('waiting is no processor time', async () => {
    const limits = { maxMs: 20, maxGrowthBytes: 2 ** 30 };
    const run = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    expect(await fuzzTarget(target(run), { runs: 3, seed: 1, corpus, limits })).toEqual({ inputs: 4 });
  });
});
