import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ListeningServer, listenFetch } from '../../../lib/adapters/node/http/fetch-server.ts';
import { createPageServer } from '../../../lib/player/server.ts';

let server: ListeningServer;
const page = createPageServer(new Map(), { region: 'local' });
beforeAll(async () => {
  const fetch = async (request: Request) => Response.json([request.url, request.headers.get('host')]);
  server = await listenFetch({ fetch, host: '127.0.0.1', port: 0 });
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
});
afterAll(async () => {
  await server.close(0);
  page.closeAllConnections();
  page.close();
});

async function exchange(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  return text;
}

const refused = [
  ['no Host', 'GET /healthz HTTP/1.1'],
  ['two Hosts', 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a'],
  ['an invalid Host', 'GET /healthz HTTP/1.1\r\nHost: a/b'],
  ['a user in its target', 'GET http://u@a/healthz HTTP/1.1\r\nHost: a'],
] as const;

describe('a server of web-standard handlers', () => {
  test.each(refused)('refuses a request with %s', async (_what, head) => {
    expect(await exchange(server.port, head)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('takes the authority of an absolute target for the Host', async () => {
    const text = await exchange(server.port, 'GET http://a.example:81/x?y HTTP/1.1\r\nHost: b.example');
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toContain('["http://a.example:81/x?y","a.example:81"]');
  });
});

describe('the page server', () => {
  const port = () => (page.address() as AddressInfo).port;

  test.each(refused)('refuses a request with %s', async (_what, head) => {
    expect(await exchange(port(), head)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('answers an absolute target like its path', async () => {
    expect(await exchange(port(), 'GET http://a/healthz HTTP/1.1\r\nHost: b')).toMatch(
      /^HTTP\/1\.1 200 .*\r\nok\n/s,
    );
  });
});
