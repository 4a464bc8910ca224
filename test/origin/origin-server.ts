import { openDiskObjectStore } from '../../lib/adapters/local/disk/disk-object-store.ts';
import { listenFetch } from '../../lib/adapters/node/http/fetch-server.ts';
import type { StreamingObjectStore } from '../../lib/object-store/ports.ts';
import { OriginHandler } from '../../lib/origin/http.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

export const token = 'a-token-for-tests-0123';

/** An origin in this process: real disk, real sockets. */
export async function startOrigin(replace: (store: StreamingObjectStore) => StreamingObjectStore = (s) => s) {
  const folder = await temporaryFolder();
  const store = replace(await openDiskObjectStore(folder.path));
  const failures: unknown[] = [];
  const handler = new OriginHandler({ store, token, emit: (_event, fields) => failures.push(fields) });
  const server = await listenFetch({ fetch: handler.fetch, host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${server.port}`,
    store,
    failures,
    async close() {
      await server.close(100);
      await folder.remove();
    },
  };
}
