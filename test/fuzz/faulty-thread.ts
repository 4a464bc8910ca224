// A thread with parsers that fail in ways which end or stop it, or which are seen only in a heap of their own.
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
  'greedy on the heap'(input) {
    if (input.includes(0x2a)) new Array(2_500_000).fill(1.5);
  },
  'greedy beside the heap'(input) {
    if (input.includes(0x2a)) Buffer.alloc(20 * 1024 * 1024);
  },
  slow(input) {
    const until = process.threadCpuUsage().user + (input.includes(0x2a) ? 70_000 : 0);
    while (process.threadCpuUsage().user < until);
  },
  leaky() {
    kept.push(Buffer.alloc(4 * 1024));
  },
};

parentPort?.on('message', async ({ target, runs, seed }: FuzzTask) => {
  const run = parsers[target]!;
  const corpus = [Buffer.from('ok'), Buffer.from('*')];
  // Compiling a parser takes time, too.
  const limits = { maxMs: target === 'slow' ? 50 : 1_000, maxGrowthBytes: 8 * 1024 * 1024 };
  const onInput = (input: Uint8Array) => inHand.take(input);
  parentPort?.postMessage(
    await fuzzTarget({ name: target, about: '', parsers: [], run }, { runs, seed, corpus, onInput, limits }),
  );
});
