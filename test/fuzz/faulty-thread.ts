// A thread with parsers that fail in ways which end or stop it.
import { parentPort, workerData } from 'node:worker_threads';
import { fuzzTarget } from '../../fuzz/fuzz-target.ts';
import { InputInHand } from '../../fuzz/in-hand.ts';
import type { FuzzTask } from '../../fuzz/thread.ts';

const inHand = new InputInHand(workerData as SharedArrayBuffer);
const kept: unknown[] = [];

const parsers: Record<string, (input: Buffer) => void> = {
  held() {},
  loop(input) {
    while (input.includes(0x2a));
  },
  heap(input) {
    while (input.includes(0x2a)) kept.push(new Array(10_000).fill(input));
  },
};

parentPort?.on('message', async ({ target, runs, seed }: FuzzTask) => {
  const run = parsers[target]!;
  const corpus = [Buffer.from('ok'), Buffer.from('*')];
  const onInput = (input: Uint8Array) => inHand.take(input);
  parentPort?.postMessage(
    await fuzzTarget({ name: target, about: '', parsers: [], run }, { runs, seed, corpus, onInput }),
  );
});
