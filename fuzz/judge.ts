import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Finding, FuzzLimits, FuzzTarget } from './model.ts';

/** How often a slow or greedy input is tried again: the machine, not the parser, may have been the reason. */
const confirmations = 3;

/** Heap and buffers outside it, with garbage. */
export function usedBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Heap and buffers that are still in use. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // V8 frees buffers in the background after a collection, and counts them until the next one.
  collect();
  collect();
  return usedBytes();
}

/** Runs one input; undefined if the parser keeps its contract. */
export async function judgeInput(
  target: Pick<FuzzTarget, 'run'>,
  input: Uint8Array,
  limits: FuzzLimits,
): Promise<Finding | undefined> {
  for (let tries = 1; ; tries++) {
    // Garbage of earlier inputs, collected meanwhile, would hide what this one allocates.
    const usedBefore = tries > 1 ? heldBytes() : usedBytes();
    const finding = await judgeOnce(target, input, limits, usedBefore);
    const isCertain = finding === undefined || finding.kind === 'crash' || tries === confirmations;
    if (isCertain) return finding;
  }
}

async function judgeOnce(
  target: Pick<FuzzTarget, 'run'>,
  input: Uint8Array,
  { maxMs, maxGrowthBytes }: FuzzLimits,
  usedBefore: number,
): Promise<Finding | undefined> {
  const cpuBefore = process.threadCpuUsage();
  try {
    const running = target.run(Buffer.from(input));
    if (running instanceof Promise) await running;
  } catch (cause) {
    return { kind: 'crash', detail: detailOf(cause), input };
  }
  // Processor time: a busy machine makes no parser slow.
  const { user, system } = process.threadCpuUsage(cpuBefore);
  const tookMs = (user + system) / 1000;
  if (tookMs > maxMs)
    return { kind: 'slow', detail: `took ${tookMs.toFixed(0)} ms, over ${maxMs} ms`, input };
  const grown = usedBytes() - usedBefore;
  if (grown > maxGrowthBytes)
    return { kind: 'growth', detail: `allocated ${grown} bytes, over ${maxGrowthBytes}`, input };
  return undefined;
}

const detailOf = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : `threw ${String(cause)}`;
