import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { ask } from './herd-client.ts';
import { startTier } from './tiers.ts';

/** An origin that does not say how long its objects are, and sends what the test says. */
async function silentOrigin() {
  let answer: (response: ServerResponse) => void = () => {};
  const answering = new Promise<ServerResponse>((done) => {
    answer = done;
  });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'video/iso.segment' });
    response.flushHeaders();
    answer(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const edge = await startTier('edge', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    edge,
    answering,
    async close() {
      await edge.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const path = '/local/s/b/v/1.m4s';

test('an object of unknown length goes out in chunks, whole', async () => {
  const { edge, answering, close } = await silentOrigin();
  const outcomes = [ask(`${edge.url}${path}`), ask(`${edge.url}${path}`)];
  const response = await answering;
  const pieces = [Buffer.alloc(100_000, 'a'), Buffer.alloc(300_000, 'b'), Buffer.alloc(1, 'c')];
  for (const piece of pieces) await new Promise<void>((done) => response.write(piece, () => done()));
  response.end();
  for (const outcome of await Promise.all(outcomes)) {
    expect(outcome).toMatchObject({ status: 200, complete: true });
    expect(outcome.body.equals(Buffer.concat(pieces))).toBe(true);
  }
  const cached = await ask(`${edge.url}${path}`, { headers: { range: 'bytes=400000-' } });
  expect(cached.body.toString()).toBe('c');
  await close();
});

test.each(['1.0', '1.1'])('one that breaks off never looks whole, to HTTP/%s either', async (version) => {
  const { edge, answering, close } = await silentOrigin();
  const socket = connect(edge.port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/${version}\r\nHost: e\r\n\r\n`);
  const response = await answering;
  const begun = new Promise((done) => socket.once('data', done));
  response.write(Buffer.alloc(1000, 'a'));
  await begun;
  const ended = new Promise<string>((done) => {
    socket.on('end', () => done('as if it were whole'));
    socket.on('error', () => done('reset'));
    socket.resume();
  });
  response.destroy();
  expect(await ended).toBe('reset');
  await close();
});
