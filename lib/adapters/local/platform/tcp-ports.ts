import { once } from 'node:events';
import { createServer } from 'node:net';

/** All ports of the platform on one machine. */
export interface PlatformPorts {
  readonly page: number;
  readonly api: number;
  readonly edge: number;
  readonly rtmp: number;
  readonly rtmps: number;
  readonly popHealth: number;
  readonly shield: number;
  readonly liveOrigin: number;
  readonly origin: number;
  readonly processApi: number;
  readonly proxies: readonly { readonly rtmp: number; readonly rtmps: number; readonly health: number }[];
  readonly workers: readonly { readonly relay: number; readonly health: number; readonly media: number }[];
}

/**
 * Assigns a port to each listener. The first five, which people see, keep their position in the block whatever the fleet sizes.
 * `next` is called once per listener, in that order.
 */
export function assignPorts(next: () => number, fleets: { proxies: number; workers: number }): PlatformPorts {
  return {
    page: next(),
    api: next(),
    edge: next(),
    rtmp: next(),
    rtmps: next(),
    popHealth: next(),
    shield: next(),
    liveOrigin: next(),
    origin: next(),
    processApi: next(),
    proxies: Array.from({ length: fleets.proxies }, () => ({ rtmp: next(), rtmps: next(), health: next() })),
    workers: Array.from({ length: fleets.workers }, () => ({ relay: next(), health: next(), media: next() })),
  };
}

/** How many of them others connect to, where others may: page, API, edge, RTMP and RTMPS, the first of the block. */
export const openPorts = 5;

/** How many ports a platform of this size needs. */
export function portCount(fleets: { proxies: number; workers: number }): number {
  return 10 + 3 * fleets.proxies + 3 * fleets.workers;
}

/** `count` ports that were just free. All are held open at the same time, so that none is returned twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(async (server) => {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const address = server.address();
        if (address === null || typeof address === 'string') throw new Error('The TCP listener has no port.');
        return address.port;
      }),
    );
  } finally {
    for (const server of servers) server.close();
  }
}

/** Throws the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL) for the first port that cannot be opened at this address. */
export async function checkPorts(ports: readonly number[], host = '127.0.0.1'): Promise<void> {
  for (const port of ports) {
    const server = createServer();
    server.listen(port, host);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  }
}
