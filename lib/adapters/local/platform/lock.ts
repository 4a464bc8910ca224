import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** Another platform already runs on the data folder. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
  readonly code = 'DATA_DIR_IN_USE';
  readonly mend =
    'Stop the other one, or choose another folder with --data-dir DIR and other ports with --port-base N.';
}

/**
 * Holds the data folder for this process, by listening on a socket in it: the system lets go of it whatever way the
 * process ends. Returns the release. Throws `DataDirInUseError` where another process listens.
 */
export async function lockDataDir(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, 'lock');
  if (await answers(path)) throw new DataDirInUseError(`Another Headwater runs on ${dir}.`);
  await rm(path, { force: true });
  const server = createServer((socket) => socket.end());
  server.listen(path);
  await once(server, 'listening');
  server.unref();
  return async () => {
    server.close();
    await rm(path, { force: true });
  };
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // No such file, or nobody listens on it any more: free either way.
    return false;
  } finally {
    socket.destroy();
  }
}
