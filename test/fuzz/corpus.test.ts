import { describe, expect, test } from '@jest/globals';
import { corpusNames, readCorpus } from '../../fuzz/corpus.ts';
import { judgeInput } from '../../fuzz/judge.ts';
import { fuzzLimits } from '../../fuzz/model.ts';
import { fuzzTargets } from '../../fuzz/targets.ts';

describe('the corpus', () => {
  test('has a folder for each target, and no other', async () => {
    expect(await corpusNames()).toEqual(fuzzTargets.map(({ name }) => name).sort());
  });

  // What a parser once failed for is committed here, so that it never does again.
  test.each(fuzzTargets)('$name holds for each of its inputs', async (target) => {
    const corpus = await readCorpus(target.name);
    expect(corpus.length).toBeGreaterThan(0);
    for (const { name, bytes } of corpus)
      expect([name, await judgeInput(target, bytes, fuzzLimits)]).toEqual([name, undefined]);
  });
});
