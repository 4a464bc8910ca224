import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openWebhookBus, type WebhookBusOptions } from '../../../lib/adapters/local/webhook-bus.ts';
import type { BusEvent } from '../../../lib/control-store/bus-events.ts';
import { EventBusError } from '../../../lib/control-store/errors.ts';
import type { SecretHandler, SecretSource, StreamEventBus } from '../../../lib/control-store/ports.ts';
import { EventLog } from '../../../testkit/harness/ingest-harness.ts';
import { describeEventBus } from '../../control-store/event-bus-contract.ts';

const key = Buffer.alloc(32, 5);
const secretText = `whsec_${key.toString('base64')}`;

function secretOf(text: string) {
  let handler: SecretHandler | undefined;
  const secret: SecretSource = {
    name: 'test',
    read: async () => text,
    watch: (_, watcher) => {
      handler = watcher;
      return () => {};
    },
  };
  return { secret, change: (newer: string) => handler?.changed(newer) };
}

interface Posted {
  readonly id: string;
  readonly signature: string;
  readonly signed: string;
  readonly body: {
    type: string;
    timestamp: string;
    source: string;
    data: { sequence: number; streamId: string };
  };
}

/** A receiver on a socket of its own; `answer` does what it likes with each request once its body is there. */
async function receiver(answer: (response: ServerResponse, posted: Posted, at: number) => void) {
  const posts: Posted[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const listener: RequestListener = async (request: IncomingMessage, response) => {
    const text = await readAll(request);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
    const signed = `${id}.${at}.${text}`;
    const posted = { id: String(id), signature: String(signature), signed, body: JSON.parse(text) };
    posts.push(posted);
    answer(response, posted, posts.length);
    for (const { count, resolve } of waiting) if (posts.length >= count) resolve();
  };
  const server = createServer(listener);
  const url = await listen(server);
  return {
    url,
    posts,
    async posted(count: number): Promise<Posted[]> {
      if (posts.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return posts;
    },
    close: () => closeServer(server),
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?to=us`;
}

async function closeServer(server: Server & { closeAllConnections?(): void }): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections?.();
  await closed;
}

const ok = (response: ServerResponse) => void response.writeHead(204).end();

const eventOf = (sequence: number, streamId = 'aaaaaaaaaaaaaaaa'): BusEvent => ({
  source: 'headwater',
  detailType: 'stream.live',
  detail: { streamId, sequence, atMs: 1_790_000_000_000, text: 'On air.', data: {} },
});

const ended: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function bus(
  url: string,
  options: Partial<WebhookBusOptions> = {},
): Promise<{ bus: StreamEventBus; log: EventLog }> {
  const log = new EventLog();
  const { secret } = secretOf(secretText);
  const quick = { retries: { firstMs: 5, longestMs: 5, jitter: 0 }, closeWithinMs: 50 };
  const opened = await openWebhookBus({ url, secret, emit: log.emit, ...quick, ...options });
  ended.push(() => opened.close());
  return { bus: opened, log };
}

async function served(answer: Parameters<typeof receiver>[0]) {
  const made = await receiver(answer);
  ended.push(made.close);
  return made;
}

describeEventBus('a webhook', async () => {
  const made = await receiver(ok);
  const { secret } = secretOf(secretText);
  const opened = await openWebhookBus({ url: made.url, secret, emit: new EventLog().emit });
  return {
    bus: opened,
    async received(count) {
      const posts = await made.posted(count);
      return posts
        .splice(0)
        .map(({ body: { source, type: detailType, data: detail } }) => ({ source, detailType, detail }));
    },
    async close() {
      await opened.close();
      await made.close();
    },
  };
});

describe('a webhook bus', () => {
  test('signs what it posts, in the form that Standard Webhooks recommends', async () => {
    const { url, posted } = await served(ok);
    await (await bus(url)).bus.publish([eventOf(1)]);
    const [post] = await posted(1);
    expect(post?.signature).toBe(`v1,${createHmac('sha256', key).update(post!.signed).digest('base64')}`);
    expect(post?.body).toMatchObject({
      type: 'stream.live',
      timestamp: '2026-09-21T14:13:20.000Z',
      source: 'headwater',
    });
    const sentAgoMs = Date.now() - Number(post?.signed.split('.')[1]) * 1000;
    expect(Math.abs(sentAgoMs)).toBeLessThan(5_000);
  });

  test('sends again what the receiver failed to take, under the same id, and nothing of that stream before it', async () => {
    const { url, posted } = await served(
      (response, _, at) => void response.writeHead(at <= 3 ? 500 : 200).end(),
    );
    const { bus: webhook, log } = await bus(url);
    await webhook.publish([eventOf(1), eventOf(2)]);
    const posts = await posted(5);
    expect(posts.map(({ body }) => body.data.sequence)).toEqual([1, 1, 1, 1, 2]);
    expect(new Set(posts.slice(0, 4).map(({ id }) => id)).size).toBe(1);
    expect(posts[4]!.id).not.toBe(posts[0]!.id);
    expect(log.of('control.bus-event.delayed')).toHaveLength(1);
    expect(log.of('control.bus-event.lost')).toEqual([]);
  });

  test('lets another stream go on while one is tried again', async () => {
    const { url, posted } = await served((response, { body }) => {
      response.writeHead(body.data.streamId.startsWith('b') ? 200 : 503).end();
    });
    const { bus: webhook } = await bus(url, {
      retries: { firstMs: 60_000, longestMs: 60_000, jitter: 0 },
    });
    await webhook.publish([
      eventOf(1),
      eventOf(2),
      eventOf(3, 'bbbbbbbbbbbbbbbb'),
      eventOf(4, 'bbbbbbbbbbbbbbbb'),
    ]);
    const posts = await posted(3);
    expect(posts.map(({ body }) => body.data.sequence).toSorted()).toEqual([1, 3, 4]);
  });

  test('leaves a receiver alone for as long as it asks', async () => {
    const { url, posted } = await served((response, _, at) => {
      response.writeHead(at === 1 ? 429 : 200, at === 1 ? { 'retry-after': '1' } : {}).end();
    });
    const beganMs = performance.now();
    const { bus: webhook } = await bus(url, { closeWithinMs: 5_000 });
    await webhook.publish([eventOf(1)]);
    await posted(1);
    await webhook.publish([eventOf(2, 'bbbbbbbbbbbbbbbb')]);
    await posted(3);
    expect(performance.now() - beganMs).toBeGreaterThan(950);
  });

  test('does not follow a redirect: the event is lost', async () => {
    const target = await served(ok);
    const { url } = await served((response) => void response.writeHead(307, { location: target.url }).end());
    const { bus: webhook, log } = await bus(url);
    await webhook.publish([eventOf(1)]);
    const lost = await log.first('control.bus-event.lost');
    expect(lost).toEqual({
      streamId: 'aaaaaaaaaaaaaaaa',
      type: 'stream.live',
      cause: 'the receiver answered 307',
    });
    expect(target.posts).toEqual([]);
  });

  test('gives up a receiver that never answers', async () => {
    const { url, posts } = await served(() => {});
    const { bus: webhook, log } = await bus(url, { answerWithinMs: 100, giveUpAfterMs: 1_500 });
    await webhook.publish([eventOf(1)]);
    await log.first('control.bus-event.lost');
    expect(posts.length).toBeGreaterThan(1);
  });

  test('takes what is no HTTP for a fault that may pass', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.resume().end('220 mail.example ESMTP\r\n\0\x01\x02');
    });
    const url = await listen(server);
    ended.push(() => closeServer(server));
    const { bus: webhook, log } = await bus(url, { giveUpAfterMs: 100 });
    await webhook.publish([eventOf(1)]);
    await log.first('control.bus-event.lost');
    expect(log.of('control.bus-event.delayed')).toHaveLength(1);
  });

  test('reads no answer to its end', async () => {
    let cut: Promise<unknown> | undefined;
    const { url } = await served((response) => {
      cut = once(response, 'close');
      response.writeHead(200);
      const more = () => response.destroyed || response.write(Buffer.alloc(65_536), more);
      more();
    });
    const { bus: webhook, log } = await bus(url, { closeWithinMs: 5_000 });
    await webhook.publish([eventOf(1)]);
    await webhook.close();
    await cut;
    expect(log.events).toEqual([]);
  });

  test('holds a thousand events, and refuses the next ones', async () => {
    const { url } = await served(() => {});
    const { bus: webhook } = await bus(url);
    const events = Array.from({ length: 1_002 }, (_, index) => eventOf(index));
    const refusal = await webhook.publish(events).catch((cause: unknown) => cause);
    expect(refusal).toBeInstanceOf(EventBusError);
    expect((refusal as EventBusError).untaken.map(({ detail }) => detail.sequence)).toEqual([1_000, 1_001]);
  });

  test('brings what waits when it is closed, and tells what it could not bring', async () => {
    const { url, posts } = await served((response, { body }) => {
      if (body.data.sequence < 3) ok(response);
    });
    const { bus: webhook, log } = await bus(url, { closeWithinMs: 1_500 });
    await webhook.publish([1, 2, 3, 4].map((sequence) => eventOf(sequence)));
    await webhook.close();
    expect(posts.map(({ body }) => body.data.sequence)).toEqual([1, 2, 3]);
    expect(log.of('control.bus-event.lost')).toHaveLength(2);
    await expect(webhook.publish([eventOf(5)])).rejects.toBeInstanceOf(EventBusError);
  });

  test('signs with a new secret as soon as it is there, and keeps the old one where the new one is none', async () => {
    const { url, posted } = await served(ok);
    const { secret, change } = secretOf(secretText);
    const { bus: webhook } = await bus(url, { secret });
    const newer = Buffer.alloc(24, 9);
    change('oops');
    await webhook.publish([eventOf(1)]);
    await posted(1);
    change(`whsec_${newer.toString('base64')}`);
    await webhook.publish([eventOf(2)]);
    const posts = await posted(2);
    const signatures = [key, newer].map(
      (each, index) => `v1,${createHmac('sha256', each).update(posts[index]!.signed).digest('base64')}`,
    );
    expect(posts.map(({ signature }) => signature)).toEqual(signatures);
  });

  test('does not begin without a secret that is one', async () => {
    const { secret } = secretOf('hunter2');
    const opening = openWebhookBus({ url: 'http://127.0.0.1:9', secret, emit: new EventLog().emit });
    await expect(opening).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });
});
