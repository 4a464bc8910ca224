import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NginxRtmp } from '../../../testkit/harness/nginx-rtmp.ts';
import { readFrameNumbers } from '../../../testkit/media/frame-counter.ts';
import { Publisher } from '../../../testkit/media/publisher.ts';
import { Platform } from '../../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../../testkit/platform/streams.ts';
import { registerSecret } from '../../../testkit/secret-watch/secret-kinds.ts';

let platform: Platform;
let server: NginxRtmp;
let publisher: Publisher | undefined;
beforeAll(async () => {
  server = await NginxRtmp.start();
  platform = await Platform.start(['--workers', '1', '--allow-push', '127.0.0.0/8']);
});
afterAll(async () => {
  await publisher?.stop('SIGKILL');
  await platform?.stop();
  await server?.stop();
});

const secret = 'a-secret-key-of-theirs';
registerSecret('destination key', secret);

async function api(path: string, body?: object): Promise<string> {
  const answer = await fetch(`${platform.ready.api}${path}`, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return answer.text();
}

test('a broadcast goes to a destination too, and again after its proxy was killed', async () => {
  const stream = await createStream(platform, { name: 'pushed' });
  const destinations = `/v1/streams/${stream.id}/destinations`;
  const added = await api(destinations, { name: 'Theirs', url: server.url, key: secret });
  expect(JSON.parse(added)).toMatchObject({ name: 'Theirs', enabled: true });
  const { url, key } = stream.ingest.rtmp;
  const broadcast = (firstFrame: number) =>
    new Publisher({ url: `${url}/${key}`, size: '320x180', firstFrame });
  publisher = broadcast(0);
  const live = await streamEvent(platform, stream.id, 'simulcast.live');
  expect(live.text).toContain('“Theirs”');
  await server.recorded(100_000);
  expect(JSON.parse(await api(destinations))).toMatchObject({ destinations: [{ state: 'live' }] });
  const { broadcast: before } = await getStream(platform, stream.id);

  process.kill(platform.pidOf(before?.proxyId ?? ''), 'SIGKILL');
  await publisher.ended();
  publisher = broadcast(5_000);
  while ((await server.recordings()).length < 2) await delay(100);
  const [first] = await server.recordings();
  await server.recorded(first!.length + 200_000);
  const { broadcast: after } = await getStream(platform, stream.id);
  expect(after?.id).toBe(before?.id);
  await publisher.stop();
  const ended = await streamEvent(platform, stream.id, 'simulcast.ended');

  const [, again] = await server.recordings();
  const numbers = await readFrameNumbers(again!);
  expect(numbers[0]).toBeGreaterThanOrEqual(5_000);
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  expect(Number(ended.data.sentMs)).toBeGreaterThan(0);
  // Nowhere is the key to be seen again.
  const shown = [added, await api(destinations), await api(`/v1/streams/${stream.id}/events`)].join();
  expect(shown).not.toContain(secret);
});
