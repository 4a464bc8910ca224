import { afterEach, describe, expect, test } from '@jest/globals';
import type { LinkFrame } from '../../../lib/protocol/relay/link-frames.ts';
import { accept, type FakeLink, FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import { type IngestHarness, startIngest } from '../../../testkit/harness/ingest-harness.ts';
import { frameIndex, RtmpClient } from '../../../testkit/harness/rtmp-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const frameMs = 40;
const gop = 25;

/** Two workers, a proxy and a publisher that is on air at the first worker. */
async function onAir(limits = {}, tls = false) {
  const first = await FakeWorker.start('encoder-1');
  const second = await FakeWorker.start('encoder-2');
  cleanups.push(
    () => first.die(),
    () => second.die(),
  );
  const harness = await startIngest({
    workers: [first.record(), second.record({ load: 99 })],
    limits,
  });
  cleanups.push(() => harness.close());
  const { key } = await harness.addStream();
  const port = tls ? harness.rtmpsPort : harness.rtmpPort;
  const publisher = await new RtmpClient({ port, key, tls }).started();
  cleanups.push(() => publisher.socket.destroy());
  publisher.headers();
  return { first, second, harness, publisher, link: await first.link() };
}

/** Sends frames `from` to `to`, a second of them in a GOP; audio with each. */
function send(publisher: RtmpClient, from: number, to: number, bytes = 2_000): void {
  for (let index = from; index < to; index++) {
    publisher.socket.write(publisher.video(index, index * frameMs, index % gop === 0, bytes));
    publisher.socket.write(publisher.audio(index, index * frameMs + 5));
  }
}

const videoOf = (link: FakeLink) =>
  link.messages
    .filter(({ typeId, payload }) => typeId === 9 && payload[1] === 1)
    .map(({ payload }) => frameIndex(payload));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const has = (link: FakeLink, index: number) => link.until(() => videoOf(link).includes(index));

async function moved(harness: IngestHarness) {
  return harness.log.first('ingest.worker.changed');
}

describe('a worker that dies while a publisher is on air', () => {
  test.each([false, true])(
    'another one gets the headers and every frame that was not published (TLS: %p)',
    async (tls) => {
      const { first, second, harness, publisher, link } = await onAir({}, tls);
      send(publisher, 0, 200);
      await has(link, 199);
      // Frames 0 to 129 are in the origin; the last key frame before that is 125.
      link.send({ type: 'published-through', timestampMs: 130 * frameMs });
      send(publisher, 200, 210);
      await has(link, 209);
      first.die();
      send(publisher, 210, 300);
      const again = await second.link();
      await has(again, 299);
      expect(again.hello?.replayFromMs).toBe(125 * frameMs);
      expect(again.hello?.sessionId).toBe(link.hello?.sessionId);
      expect(again.messages.slice(0, 3).map(({ typeId }) => typeId)).toEqual([18, 9, 8]);
      expect(again.messages.slice(0, 3).map(({ timestampMs }) => timestampMs)).toEqual([5_000, 5_000, 5_000]);
      expect(again.messages[3]).toMatchObject({ typeId: 9, timestampMs: 5_000 });
      expect(videoOf(again)).toEqual(range(125, 300));
      expect(await moved(harness)).toMatchObject({ worker: 'encoder-2', replayFromMs: 5_000 });
      expect(publisher.closed).toBe(false);
      expect(publisher.statuses.map(({ code }) => code)).toEqual(['NetStream.Publish.Start']);
    },
  );

  test('everything since the start is sent again where nothing was published', async () => {
    const { first, second, publisher, link } = await onAir();
    send(publisher, 0, 60);
    await has(link, 59);
    first.die();
    const again = await second.link();
    await has(again, 59);
    expect(again.hello?.replayFromMs).toBe(0);
    expect(videoOf(again)).toEqual(range(0, 60));
  });

  test('the last frames of a publisher that leaves meanwhile still arrive', async () => {
    const { first, second, publisher, link } = await onAir();
    send(publisher, 0, 60);
    await has(link, 59);
    let let2In = () => {};
    second.answer((answered) => {
      let2In = () => answered.send(accept);
    });
    first.die();
    const again = await second.link();
    send(publisher, 60, 90);
    publisher.socket.end(publisher.publisher.unpublish());
    await publisher.until(() => publisher.closed);
    let2In();
    await again.until(() => again.ended);
    expect(videoOf(again)).toEqual(range(0, 90));
  });

  test('a second death moves the publisher again', async () => {
    const { first, second, harness, publisher, link } = await onAir();
    send(publisher, 0, 60);
    await has(link, 59);
    link.send({ type: 'published-through', timestampMs: 30 * frameMs });
    send(publisher, 60, 61);
    await has(link, 60);
    first.die();
    const again = await second.link();
    send(publisher, 61, 120);
    await has(again, 119);
    again.send({ type: 'published-through', timestampMs: 80 * frameMs });
    const third = await FakeWorker.start('encoder-3');
    cleanups.push(() => third.die());
    await harness.say(third.record());
    second.die();
    const last = await third.link();
    send(publisher, 120, 130);
    await has(last, 129);
    expect(last.hello?.replayFromMs).toBe(75 * frameMs);
    expect(videoOf(last)).toEqual(range(75, 130));
  });

  test('the publisher is told and closed when no other worker takes it in time', async () => {
    const { first, second, harness, publisher, link } = await onAir({ moveMs: 400 });
    send(publisher, 0, 30);
    await has(link, 29);
    second.die();
    first.die();
    await publisher.until(() => publisher.closed);
    expect(publisher.statuses.at(-1)).toMatchObject({ level: 'error', code: 'NetStream.Publish.Failed' });
    expect(harness.log.of('ingest.publish.dropped')).toMatchObject([{ code: 'NO_WORKER' }]);
  });

  test('a publisher that sends more than can be kept meanwhile is held back, and nothing is lost', async () => {
    const { first, second, harness, publisher, link } = await onAir({ replayMaxBytes: 2_000_000 });
    send(publisher, 0, 25);
    await has(link, 24);
    link.send({ type: 'published-through', timestampMs: 10 * frameMs });
    let let2In = () => {};
    second.answer((answered) => {
      let2In = () => answered.send(accept);
    });
    first.die();
    const again = await second.link();
    send(publisher, 25, 425, 50_000);
    let before = -1;
    while (publisher.socket.writableLength !== before) {
      before = publisher.socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(before).toBeGreaterThan(0);
    expect(harness.log.of('ingest.replay.overflowed')).toEqual([]);
    let2In();
    await has(again, 424);
    expect(videoOf(again)).toEqual(range(0, 425));
  });

  test('a publisher beyond the replay limit goes on at its next key frame', async () => {
    const { first, second, harness, publisher, link } = await onAir({ replayMaxBytes: 30_000 });
    send(publisher, 0, 75);
    await has(link, 74);
    first.die();
    await harness.log.first('ingest.worker.lost');
    send(publisher, 75, 85);
    const again = await second.link();
    await has(again, 84);
    expect(videoOf(again)).toEqual(range(75, 85));
    expect(again.hello?.replayFromMs).toBe(75 * frameMs);
    expect(harness.log.of('ingest.replay.overflowed')).toHaveLength(1);
  });
});

describe('a worker that drains', () => {
  const standby: LinkFrame = { type: 'standby' };

  test('goes on until another one is ready, and is left behind a key frame', async () => {
    const { first, second, harness, publisher, link } = await onAir();
    send(publisher, 0, 55);
    await has(link, 54);
    let letIn = () => {};
    second.answer((answered) => {
      letIn = () => answered.send(accept);
    });
    link.send({ type: 'draining' });
    const next = await second.link();
    expect(next.hello).toMatchObject({ movesFrom: first.id, replayFromMs: 0 });
    send(publisher, 55, 60);
    await has(link, 59);
    expect(link.ended).toBe(false);
    next.send(standby);
    // What is confirmed from now on does not change where the replay begins: the new worker has been told.
    link.send({ type: 'published-through', timestampMs: 52 * frameMs });
    send(publisher, 60, 75);
    await has(link, 74);
    expect(link.ended).toBe(false);
    send(publisher, 75, 76);
    await link.until(() => link.ended);
    expect(videoOf(link)).toEqual(range(0, 76));
    letIn();
    send(publisher, 76, 90);
    await has(next, 89);
    expect(videoOf(next)).toEqual(range(0, 90));
    expect(publisher.closed).toBe(false);
    expect(harness.log.of('ingest.worker.leaving')).toMatchObject([{ worker: first.id }]);
    expect(harness.log.of('ingest.worker.lost')).toEqual([]);
    expect(harness.log.of('ingest.worker.changed')).toMatchObject([{ worker: second.id }]);
  });

  test('has its publisher for as long as others refuse, and confirms meanwhile', async () => {
    const { second, harness, publisher, link } = await onAir();
    send(publisher, 0, 60);
    await has(link, 59);
    second.answer((answered) => answered.send({ type: 'refused', reason: 'full', description: 'full' }));
    link.send({ type: 'draining' });
    await second.until(() => second.links.length > 2);
    expect(link.ended).toBe(false);
    link.send({ type: 'published-through', timestampMs: 55 * frameMs });
    send(publisher, 60, 70);
    await has(link, 69);
    second.answer((answered) => {
      answered.send(standby);
      answered.send(accept);
    });
    await moved(harness);
    const again = second.links.at(-1)!;
    await has(again, 69);
    expect(again.hello?.replayFromMs).toBe(50 * frameMs);
    expect(videoOf(again)).toEqual(range(50, 70));
  });

  test('dies before it was left: the one that is ready goes on from what was published', async () => {
    const { first, second, harness, publisher, link } = await onAir();
    send(publisher, 0, 60);
    await has(link, 59);
    let letIn = () => {};
    second.answer((answered) => {
      answered.send(standby);
      letIn = () => answered.send(accept);
    });
    link.send({ type: 'draining' });
    const next = await second.link();
    first.die();
    await harness.log.first('ingest.worker.lost');
    send(publisher, 60, 90);
    letIn();
    await has(next, 89);
    expect(videoOf(next)).toEqual(range(0, 90));
    expect(second.links).toHaveLength(1);
    expect(publisher.closed).toBe(false);
  });

  test('stops before there was room: its publisher is kept until there is', async () => {
    const { first, second, harness, publisher, link } = await onAir();
    send(publisher, 0, 60);
    await has(link, 59);
    second.answer((answered) => answered.send({ type: 'refused', reason: 'full', description: 'full' }));
    first.answer((answered) =>
      answered.send({ type: 'refused', reason: 'draining', description: 'draining' }),
    );
    link.send({ type: 'draining' });
    await second.until(() => second.links.length > 0);
    link.socket.end();
    const tries = second.links.length;
    await second.until(() => second.links.length > tries + 1);
    second.answer((answered) => answered.send(accept));
    send(publisher, 60, 90);
    await moved(harness);
    const again = second.links.at(-1)!;
    await has(again, 89);
    expect(videoOf(again)).toEqual(range(0, 90));
    expect(publisher.closed).toBe(false);
  });

  test('gets the end of a publisher that ends meanwhile, and the other one nothing', async () => {
    const { second, publisher, link } = await onAir();
    send(publisher, 0, 60);
    await has(link, 59);
    second.answer((answered) => answered.send(standby));
    link.send({ type: 'draining' });
    const next = await second.link();
    publisher.socket.end(publisher.publisher.unpublish());
    await link.until(() => link.ended);
    await next.until(() => next.closed);
    expect(videoOf(link)).toEqual(range(0, 60));
    expect(next.messages).toEqual([]);
  });

  test('keeps its publisher where there is no other worker', async () => {
    const { first, second, harness, publisher, link } = await onAir();
    harness.silence(second.id);
    await harness.store.removeMember('encoder', second.id);
    await harness.say(first.record({ load: 7 }));
    send(publisher, 0, 10);
    await has(link, 9);
    // Seen by the proxy when its own heartbeats have gone by.
    const version = async () => (await harness.store.listFleet('ingest'))[0]?.version ?? 0;
    const before = await version();
    while ((await version()) < before + 3) await new Promise((resolve) => setImmediate(resolve));
    link.send({ type: 'draining' });
    link.send({ type: 'status', level: 'status', code: 'seen', description: '' });
    await publisher.until(() => publisher.statuses.some(({ code }) => code === 'seen'));
    send(publisher, 10, 20);
    await has(link, 19);
    expect(link.ended).toBe(false);
    expect(second.links).toHaveLength(0);
  });
});

describe('a worker that is slow', () => {
  test('holds its publisher back, and nothing is lost', async () => {
    const { harness, publisher, link } = await onAir({ stallMs: 60_000, idleMs: 60_000 });
    link.socket.pause();
    const megabytes = 48;
    for (let index = 0; index < megabytes; index++) {
      publisher.socket.write(publisher.video(index, index * frameMs, index === 0, 1_000_000));
    }
    // The pipe is full when the publisher's socket stops taking bytes.
    let before = -1;
    while (publisher.socket.writableLength !== before) {
      before = publisher.socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(before).toBeGreaterThan((megabytes / 2) * 1_000_000);
    expect(harness.proxy.sessions).toBe(1);
    link.socket.resume();
    await has(link, megabytes - 1);
    expect(videoOf(link)).toEqual(range(0, megabytes));
  });

  test('is given up when it takes nothing for the time limit', async () => {
    const { second, publisher, link, harness } = await onAir({ stallMs: 1_500 });
    link.socket.pause();
    for (let index = 0; index < 60; index++) {
      publisher.socket.write(publisher.video(index, index * frameMs, index % 5 === 0, 500_000));
    }
    const again = await second.link();
    await has(again, 59);
    expect(videoOf(again)).toEqual(range(videoOf(again)[0]!, 60));
    expect(harness.log.of('ingest.worker.lost')).toHaveLength(1);
  });

  test('is given up when it is silent and its heartbeats stop', async () => {
    const { first, second, publisher, link, harness } = await onAir({ silentMs: 200 });
    send(publisher, 0, 30);
    await has(link, 29);
    harness.silence(first.id);
    const again = await second.link();
    await has(again, 29);
    expect(videoOf(again)).toEqual(range(0, 30));
  });
});
