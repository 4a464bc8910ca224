import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import {
  assignPorts,
  checkPorts,
  freePorts,
  portCount,
} from '../../../../lib/adapters/local/platform/tcp-ports.ts';

const flat = (value: unknown): number[] =>
  typeof value === 'number' ? [value] : Object.values(value as object).flatMap(flat);

describe('the ports of one machine', () => {
  test.each([
    { proxies: 1, workers: 1 },
    { proxies: 2, workers: 2 },
    { proxies: 8, workers: 5 },
  ])('a platform of %o takes each port of its block once', (fleets) => {
    let next = 100;
    const ports = flat(assignPorts(() => next++, fleets));
    expect(ports.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: portCount(fleets) }, (_, i) => 100 + i),
    );
  });

  test('the ports that people see do not depend on the size of the fleets', () => {
    const seen = [1, 8].map((size) => {
      let next = 100;
      const { page, api, edge, rtmp, rtmps } = assignPorts(() => next++, { proxies: size, workers: size });
      return { page, api, edge, rtmp, rtmps };
    });
    expect(seen[0]).toEqual(seen[1]);
  });

  test('free ports are all different and can be opened', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    await checkPorts(ports);
  });

  test('a port in use is the fault, with its number', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(checkPorts([port])).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    server.close();
  });
});
