import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** Another platform is already running on the data folder. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
  readonly code = 'DATA_DIR_IN_USE';
  readonly mend = 'Stop it, or choose another folder with --data-dir DIR and other ports with --port-base N.';
}

/**
 * Locks the data folder for this process by listening on a socket in it, which the system releases however the process ends.
 * Returns a function that releases it. Throws `DataDirInUseError` if another process is listening.
 */
export async function lockDataDir(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, 'lock');
  if (await answers(path)) throw new DataDirInUseError(`Another Headwater is already running on ${dir}.`);
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
    // No such file, or nobody listens on it: free either way.
    return false;
  } finally {
    socket.destroy();
  }
}
