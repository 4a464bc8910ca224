import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import type { Platform } from '../../testkit/platform/platform.ts';

/**
 * Holds the locks of SQLite's write-ahead log (its eight bytes from 120 on, https://sqlite.org/walformat.html) and blanks the
 * log's index. Every reader and writer in every process must rebuild the index first, waits for those locks, and gets the
 * error that the file is locked. Once the locks are released, the next one rebuilds the index, as after any crash. Node
 * cannot take such locks.
 */
const holder = `
import fcntl, os, sys
index = open(sys.argv[1] + '-shm', 'r+b', buffering=0)
fcntl.lockf(index, fcntl.LOCK_EX, 8, 120)
os.pwrite(index.fileno(), bytes(96), 0)
print('held', flush=True)
sys.stdin.read()
`;

/** An outage of the control store for all programs of a platform at once: nothing can be read or written. */
export interface StoreOutage extends AsyncDisposable {
  end(): Promise<void>;
}

/** Starts the outage. Throws if `python3`, which takes the locks, is missing. */
export async function beginStoreOutage(platform: Platform): Promise<StoreOutage> {
  const child = spawn('python3', ['-c', holder, join(platform.dataDir, 'control.sqlite')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const settled = whenInterrupted(() => child.kill());
  const end = async (): Promise<void> => {
    child.stdin.end();
    await closed;
    settled();
  };
  const held = await Promise.race([once(child.stdout, 'data').then(() => true), closed.then(() => false)]);
  if (!held) throw new Error("Failed to take the control store's locks; python3 is required.");
  return { end, [Symbol.asyncDispose]: end };
}
