// The control API: streams, keys, broadcasts, events and the fleet over the control store.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { openControlStore } from '../lib/adapters/control-stores.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { readKeyPepper } from '../lib/adapters/secret-sources.ts';
import { controlCodec } from '../lib/config/control.ts';
import { createControlApi } from '../lib/control/api/app.ts';
import type { ControlApi } from '../lib/control/api/context.ts';
import { loopbackNames } from '../lib/control/policy/loopback.ts';

/** How long answers under way may take when the program stops; live event feeds are cut then. */
const drainMs = 1_000;

await runProgram({
  codec: controlCodec,
  role: 'control',
  async start({ host, port, controlStore, keyPepper, allowedHosts = [], ...config }, emit) {
    const pepper = await readKeyPepper(keyPepper);
    const store = await openControlStore(controlStore);
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
        keyPepper: pepper,
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
