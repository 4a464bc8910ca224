// The control API: streams, keys, broadcasts, events and the fleet over the embedded control store.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { openSqliteControlStore } from '../lib/adapters/local/sqlite-control-store.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { controlCodec } from '../lib/config/control.ts';
import { createControlApi } from '../lib/control/api/app.ts';
import type { ControlApi } from '../lib/control/api/context.ts';
import { loopbackNames } from '../lib/control/policy/loopback.ts';

class KeyPepperError extends Error {
  override readonly name = 'KeyPepperError';
  readonly code = 'KEY_PEPPER_UNREADABLE';
  readonly mend =
    'Put a secret of 16 characters or more into the file that HEADWATER_KEY_PEPPER_FILE names, the same one that ingest has.';
}

async function readPepper(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new KeyPepperError(`The key pepper ${path} cannot be read: ${cause.message}.`, { cause });
  });
  if (text.trim().length < 16) throw new KeyPepperError(`The key pepper in ${path} is too short.`);
  return text.trim();
}

/** How long answers under way may take when the program stops; live event feeds are cut then. */
const drainMs = 1_000;

await runProgram({
  codec: controlCodec,
  role: 'control',
  async start({ host, port, controlStorePath, keyPepperFile, allowedHosts = [], ...config }, emit) {
    const keyPepper = await readPepper(keyPepperFile);
    const store = openSqliteControlStore(controlStorePath);
    let app: ControlApi | undefined;
    const server = createAdaptorServer({
      fetch: (request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }),
      serverOptions: {
        requestTimeout: 10_000,
        headersTimeout: 5_000,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 16_384,
      },
    }) as Server;
    server.maxConnections = 1_000;
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address() as AddressInfo;
    const listening = `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    app = createControlApi({
      store,
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      emit,
      config: {
        ...config,
        keyPepper,
        allowedHosts: [listening, `${host}:${address.port}`, ...allowedHosts].flatMap(loopbackNames),
        allowedOrigins: config.allowedOrigins.flatMap(loopbackNames),
      },
    });
    return {
      port: address.port,
      async stop() {
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        await closed;
        clearTimeout(cut);
        store.close();
      },
    };
  },
});
