// The origin on one machine: an HTTP server over a folder of objects.
import { readFile } from 'node:fs/promises';
import { openDiskObjectStore } from '../lib/adapters/local/disk-object-store.ts';
import { listenFetch } from '../lib/adapters/node/fetch-server.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { originCodec } from '../lib/config/origin.ts';
import { OriginHandler } from '../lib/origin/http.ts';

class OriginTokenError extends Error {
  override readonly name = 'OriginTokenError';
  readonly code = 'ORIGIN_TOKEN_UNREADABLE';
  readonly mend = 'Put a secret of 16 characters or more into the file that HEADWATER_TOKEN_FILE names.';
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new OriginTokenError(`The token file ${path} cannot be read`, { cause });
  });
  const token = text.trim();
  if (!/^\S{16,}$/.test(token)) throw new OriginTokenError(`The token in ${path} is too short or has spaces`);
  return token;
}

await runProgram({
  codec: originCodec,
  role: 'origin',
  async start(config, emit) {
    const store = await openDiskObjectStore(config.dataDir);
    const token = await readToken(config.tokenFile);
    const { fetch } = new OriginHandler({ store, token, emit });
    const server = await listenFetch({ fetch, host: config.host, port: config.port });
    return { port: server.port, stop: () => server.close() };
  },
});
