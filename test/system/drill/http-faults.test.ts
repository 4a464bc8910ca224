import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpFaults } from '../../../drill/faults/http-faults.ts';

let server: Server;
let carriedOut: string[];
let faults: HttpFaults;
beforeEach(async () => {
  carriedOut = [];
  server = createServer(async (asked, answer) => {
    let body = '';
    for await (const piece of asked) body += piece;
    carriedOut.push(`${asked.method} ${asked.url} ${asked.headers['if-match']} ${body}`);
    answer.writeHead(201, { etag: '"1"' }).end(`took ${body}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  faults = await HttpFaults.start(7);
  faults.target = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(async () => {
  await faults[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const put = (body: string) =>
  fetch(`${faults.url}/a/b?c`, { method: 'PUT', headers: { 'if-match': '"0"' }, body });

describe('the faults in front of a server', () => {
  test('hand requests and answers on as they are', async () => {
    const answer = await put('media');
    expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([
      201,
      '"1"',
      'took media',
    ]);
    expect(carriedOut).toEqual(['PUT /a/b?c "0" media']);
    expect(faults.troubled).toBe(0);
  });

  test('answer a share with 503, some of them after the server carried the request out', async () => {
    faults.set({ kind: 'errors', share: 0.5 });
    const statuses: number[] = [];
    for (let request = 0; request < 60; request++) statuses.push((await put(String(request))).status);
    const refused = statuses.filter((status) => status === 503).length;
    const lost = carriedOut.length - (statuses.length - refused);
    expect(new Set(statuses)).toEqual(new Set([201, 503]));
    expect(faults.troubled).toBe(refused);
    expect([refused > 15, refused < 45, lost > 3, lost < refused - 3]).toEqual([true, true, true, true]);
  });

  test('take their time, and none once they are over', async () => {
    faults.set({ kind: 'slow', ms: 150 });
    const startedMs = performance.now();
    await Promise.all([put('a'), put('b')]);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(149);
    expect(faults.troubled).toBe(2);
    faults.set({ kind: 'pass' });
    await put('c');
    expect(faults.troubled).toBe(2);
  });
});
