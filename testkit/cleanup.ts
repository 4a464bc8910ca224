import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const pending = new Set<() => unknown>();

/** Has `cleanup` run if the bench is interrupted before what this returns is called. */
export function whenInterrupted(cleanup: () => unknown): () => void {
  pending.add(cleanup);
  return () => pending.delete(cleanup);
}

/** Ctrl-C and a kill leave no process and no folder behind: the last that was started goes first. */
export function stopOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      const cleanups = [...pending].reverse();
      void Promise.allSettled(cleanups.map(async (cleanup) => cleanup())).then(() => process.exit(code));
    });
  }
}

/** A new empty folder, and what removes it. */
export async function scratchFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'headwater-bench-'));
  const remove = () => rm(path, { recursive: true, force: true });
  const done = whenInterrupted(remove);
  return {
    path,
    async remove() {
      done();
      await remove();
    },
  };
}
