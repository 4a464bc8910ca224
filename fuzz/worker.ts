// A thread that fuzzes one target after another.
import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus.ts';
import { fuzzTarget } from './fuzz-target.ts';
import { InputInHand } from './in-hand.ts';
import { fuzzTargets } from './targets.ts';
import type { FuzzTask } from './thread.ts';

const inHand = new InputInHand(workerData as SharedArrayBuffer);

parentPort?.on('message', async ({ target: name, runs, seed }: FuzzTask) => {
  const target = fuzzTargets.find((one) => one.name === name)!;
  const corpus = (await readCorpus(name)).map(({ bytes }) => bytes);
  parentPort?.postMessage(
    await fuzzTarget(target, { runs, seed, corpus, onInput: (input) => inHand.take(input) }),
  );
});
