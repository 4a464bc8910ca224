import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const pending = new Set<() => unknown>();

/** Runs `cleanup` if the program is interrupted. Call the returned function to cancel that. */
export function whenInterrupted(cleanup: () => unknown): () => void {
  pending.add(cleanup);
  return () => pending.delete(cleanup);
}

/** On Ctrl-C and kill, cleans up all processes and folders, in reverse order of creation. */
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

/** A new empty folder, with a function that removes it. */
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
