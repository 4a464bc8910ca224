// The origin on one machine: an HTTP server over a folder of objects, or over an S3 bucket.
import { listenFetch } from '../lib/adapters/node/http/fetch-server.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { openObjects, readOriginToken } from '../lib/adapters/object-stores.ts';
import { originCodec } from '../lib/config/programs/origin.ts';
import { OriginHandler } from '../lib/origin/http.ts';

await runProgram({
  codec: originCodec,
  role: 'origin',
  async start(config, emit) {
    const store = await openObjects(config.objects);
    const token = await readOriginToken(config.tokenFile, 'HEADWATER_TOKEN_FILE');
    const { readTokenFile } = config;
    const readToken = readTokenFile && (await readOriginToken(readTokenFile, 'HEADWATER_READ_TOKEN_FILE'));
    const { fetch } = new OriginHandler({ store, token, readToken, emit });
    const server = await listenFetch({ fetch, host: config.host, port: config.port });
    return { port: server.port, stop: () => server.close() };
  },
});
