import fc from 'fast-check';
import { inputsOf } from './inputs.ts';
import { heldBytes, judgeInput } from './judge.ts';
import { minimize } from './minimize.ts';
import { type Finding, type FuzzLimits, type FuzzResult, type FuzzTarget, fuzzLimits } from './model.ts';

export interface FuzzRun {
  readonly runs: number;
  readonly seed: number;
  readonly corpus: readonly Buffer[];
  /** @default fuzzLimits */
  readonly limits?: FuzzLimits;
  /** Called before each input, so that one which never returns can be found. */
  readonly onInput?: (input: Uint8Array) => void;
}

/** What the first inputs leave behind (compiled code, caches) is no leak. */
const warmUpRuns = 2000;

/** Tries the corpus, then `runs` inputs, the same ones for the same seed. Stops at the first finding and makes its input small. */
export async function fuzzTarget(target: FuzzTarget, run: FuzzRun): Promise<FuzzResult> {
  const { limits = fuzzLimits, onInput } = run;
  let inputs = 0;
  const judge = (input: Uint8Array): Promise<Finding | undefined> => {
    inputs++;
    onInput?.(input);
    return judgeInput(target, input, limits);
  };
  const small = async (finding: Finding): Promise<FuzzResult> => {
    if (!finding.input) return { inputs, finding };
    const input = await minimize(finding.input, async (other) => (await judge(other))?.kind === finding.kind);
    return { inputs, finding: (await judge(input)) ?? finding };
  };
  for (const input of run.corpus) {
    const finding = await judge(input);
    if (finding) return small(finding);
  }
  const found = await search(inputsOf(target, run.corpus), judge, run, Math.min(warmUpRuns, run.runs));
  if (found) return small(found);
  const rest = run.runs - warmUpRuns;
  if (rest <= 0) return { inputs };
  const before = heldBytes();
  const later = { ...run, seed: run.seed + 1 };
  const foundLater = await search(inputsOf(target, run.corpus), judge, later, rest);
  if (foundLater) return small(foundLater);
  const kept = heldBytes() - before;
  if (kept <= limits.maxGrowthBytes) return { inputs };
  const detail = `${inputs} inputs left ${kept} bytes behind, over ${limits.maxGrowthBytes}`;
  return { inputs, finding: { kind: 'leak', detail } };
}

async function search(
  anyInput: fc.Arbitrary<Buffer>,
  judge: (input: Uint8Array) => Promise<Finding | undefined>,
  { seed }: FuzzRun,
  runs: number,
): Promise<Finding | undefined> {
  let found: Finding | undefined;
  const property = fc.asyncProperty(anyInput, async (input) => {
    found = await judge(input);
    return found === undefined;
  });
  // Without shrinking: that would only drop mutations, and `minimize` works on the bytes.
  await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  return found;
}
