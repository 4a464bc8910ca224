import { describe, expect, jest, test } from '@jest/globals';
import type { LeaseRecord } from '../../lib/control-store/records.ts';
import { PublisherLeftError, RouteFailedError } from '../../lib/ingest/errors.ts';
import { ReadMemory } from '../../lib/ingest/policy/read-memory.ts';
import { Relay } from '../../lib/ingest/relay.ts';
import type { LinkListener, WorkerLink } from '../../lib/ingest/worker-link.ts';
import type { RouteRequest } from '../../lib/ingest/worker-router.ts';
import type { Connection } from '../../lib/net/socket.ts';
import type { RefusalReason } from '../../lib/protocol/refusals.ts';
import { AckCounter } from '../../lib/protocol/rtmp/acknowledgement.ts';
import { encodeAmf0 } from '../../lib/protocol/rtmp/amf0.ts';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../lib/protocol/rtmp/chunk-writer.ts';
import { Publisher } from '../../lib/protocol/rtmp/publisher.ts';
import type { BroadcastId, MemberId, SessionId, StreamId } from '../../lib/routing/ids.ts';
import { aggregateOf } from '../../testkit/media/rtmp-dialects.ts';
import { badMessages, chunkOf, lateCommands, unreadableFrom } from '../vectors/rtmp/bad-messages.ts';

/** A worker's end of a link, as the relay sees it. */
class FakeLink implements WorkerLink {
  readonly broadcastId = 'b' as BroadcastId;
  readonly epoch = 1;
  readonly worker: MemberId;
  readonly request: RouteRequest;
  backlogBytes = 0;
  takes = true;
  ended = false;
  aborted = false;
  said: LinkListener | undefined;
  readonly #messages: RtmpMessage[] = [];
  readonly #reader: ChunkReader;

  constructor(worker: MemberId, request: RouteRequest) {
    this.worker = worker;
    this.request = request;
    this.#reader = new ChunkReader((message) => this.#messages.push(message), {}, request.hello.chunkState);
  }

  listen(listener: LinkListener): void {
    this.said = listener;
  }

  write(...pieces: Uint8Array[]): boolean {
    for (const piece of pieces) this.#reader.push(piece);
    return this.takes;
  }

  end(): void {
    this.ended = true;
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.said?.closed('aborted');
  }

  /** Payloads of the data messages that it was sent. */
  get data(): Buffer[] {
    return this.#messages.filter(({ typeId }) => typeId === 18).map(({ payload }) => payload);
  }

  /** Session times of the frames that it was sent. */
  get frames(): number[] {
    return this.#messages.filter(({ payload }) => payload[1] === 1).map(({ timestampMs }) => timestampMs);
  }
}

interface Asked {
  readonly request: RouteRequest;
  accept(worker: string): FakeLink;
  refuse(reason: RefusalReason): void;
}

/** The relay's surroundings: a publisher that is written by hand, and workers that the test plays. */
function rig(replayMaxBytes = 1 << 20, lease?: LeaseRecord) {
  const writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
  const told: string[] = [];
  const causes: unknown[] = [];
  const asked: Asked[] = [];
  const waiting: ((asked: Asked) => void)[] = [];
  let isHeld = true;
  const publisher = {
    remote: { host: '192.0.2.1', port: 1 },
    local: { host: '192.0.2.2', port: 1935 },
    pause: () => {
      isHeld = true;
    },
    resume: () => {
      isHeld = false;
    },
  } as Connection;
  const relay = new Relay({
    publisher,
    handover: { chunkState: initialChunkState, rest: Buffer.alloc(0), acknowledgement: new AckCounter() },
    streamId: 's' as StreamId,
    sessionId: 'p' as SessionId,
    proxyId: 'ingest-1' as MemberId,
    publish: { app: 'live' },
    memory: new ReadMemory(),
    router: {
      hasOther: () => true,
      lives: () => true,
      leaseOf: async () => lease,
      open: (request) =>
        new Promise((resolve, reject) => {
          const one: Asked = {
            request,
            accept(worker) {
              const link = new FakeLink(worker as MemberId, request);
              resolve(link);
              return link;
            },
            refuse: (reason) => reject(new RouteFailedError({ reason })),
          };
          request.signal.addEventListener('abort', () => reject(new PublisherLeftError()));
          const next = waiting.shift();
          if (next === undefined) asked.push(one);
          else next(one);
        }),
    },
    emit: (name, fields) => {
      told.push(name);
      if ('cause' in fields) causes.push(fields.cause);
    },
    limits: {
      replayMaxBytes,
      routeMs: 5_000,
      moveMs: 5_000,
      flushMs: 1_000,
      stallMs: 5_000,
      silentMs: 6_000,
      doubtMs: 750,
    },
    owner: {
      accepted: () => void told.push('accepted'),
      reply: () => {},
      status: (_, code) => void told.push(code),
      finish: (code) => void told.push(code),
      unpublished: (after) => void told.push('UNPUBLISHED', `rest: ${after?.rest.length}`),
      refuse: ({ reason }) => void told.push(`refused: ${reason}`),
    },
  });
  return {
    relay,
    told,
    causes,
    writer,
    get isHeld() {
      return isHeld;
    },
    /** The next time that the relay looks for a worker. */
    search: async () => asked.shift() ?? new Promise<Asked>((resolve) => waiting.push(resolve)),
    frame(atMs: number, key = false) {
      const payload = Buffer.alloc(200, 7);
      payload.writeUInt16BE(key ? 0x1701 : 0x2701);
      this.give(writer.media('video', atMs, payload));
    },
    give(bytes: Buffer) {
      relay.data(bytes);
      relay.batchEnded();
    },
    unpublish() {
      this.give(writer.unpublish());
    },
  };
}

/** Lets the relay see what was just answered. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function onAir(replayMaxBytes?: number, lease?: LeaseRecord) {
  const on = rig(replayMaxBytes, lease);
  on.relay.start();
  const first = (await on.search()).accept('encoder-1');
  await settled();
  return { ...on, on, first };
}

describe('a relay', () => {
  test('lets the publisher start when a worker has accepted, and delivers every frame', async () => {
    const { on, first, told } = await onAir();
    expect(told).toEqual(['ingest.publish.started', 'accepted']);
    expect(on.isHeld).toBe(false);
    expect(first.request.hello).toMatchObject({ streamId: 's', sessionId: 'p', proxyId: 'ingest-1' });
    expect(first.request.hello).not.toHaveProperty('replayFromMs');
    on.frame(0, true);
    on.frame(33);
    expect(first.frames).toEqual([0, 33]);
  });

  test('closes the publisher when no worker accepts', async () => {
    const on = rig();
    on.relay.start();
    (await on.search()).refuse('full');
    await settled();
    expect(on.told).toEqual(['refused: full']);
    expect(on.relay.active).toBe(false);
  });

  test('sends another worker what the lost one had not confirmed, from the same key frame', async () => {
    const { on, first, told } = await onAir();
    for (const atMs of [0, 1_000, 2_000, 3_000]) on.frame(atMs, true);
    first.said?.frame({ type: 'published-through', timestampMs: 1_500 });
    first.said?.closed('reset');
    on.frame(4_000);
    const asked = await on.search();
    expect(asked.request.hello).toMatchObject({ replayFromMs: 1_000 });
    const second = asked.accept('encoder-2');
    await settled();
    on.frame(5_000);
    expect(second.frames).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    expect(told.slice(2)).toEqual(['ingest.worker.lost', 'ingest.worker.changed']);
    expect(on.relay.worker).toBe('encoder-2');
  });

  test('says which worker was lost and where key frames are to be, and that it drops unknown frames', async () => {
    const { on, first } = await onAir();
    on.frame(0, true);
    first.said?.frame({ type: 'parts-through', keyFramesAtMs: [500, 1_000] });
    first.said?.frame({ type: 'parts-through', keyFramesAtMs: [1_000, 1_500] });
    first.said?.closed('reset');
    const asked = await on.search();
    expect(first.request.hello).toMatchObject({ dropsUnknownFrames: true });
    expect(first.request).toMatchObject({ lost: undefined });
    expect(first.request.hello).not.toHaveProperty('keyFramesAtMs');
    expect(asked.request.lost).toEqual({ worker: 'encoder-1', epoch: 1 });
    expect(asked.request.hello).toMatchObject({ dropsUnknownFrames: true, keyFramesAtMs: [1_000, 1_500] });
    expect(asked.request.hello).not.toHaveProperty('goneWorker');
  });

  test('never says that a draining worker was lost', async () => {
    const { on, first } = await onAir();
    on.frame(0, true);
    first.said?.frame({ type: 'draining' });
    const move = await on.search();
    expect(move.request.lost).toBeUndefined();
    first.said?.closed('reset');
    move.refuse('full');
    expect((await on.search()).request.lost).toBeUndefined();
  });

  test('offers what broke two workers in a row to no third one, and tells the publisher', async () => {
    const { on, first, told } = await onAir();
    on.frame(0, true);
    first.said?.closed('reset');
    const second = (await on.search()).accept('encoder-2');
    await settled();
    second.said?.closed('reset');
    await settled();
    expect(told.slice(-2)).toEqual(['ingest.worker.lost', 'refused: encoder-failed']);
    expect(on.relay.active).toBe(false);
  });

  test('finds another worker again and again while each confirms what the one before it had been sent', async () => {
    const { on, first, told } = await onAir();
    let current = first;
    for (let turn = 1; turn <= 20; turn++) {
      on.frame(turn * 1_000, true);
      current.said?.closed('reset');
      current = (await on.search()).accept(`encoder-${turn % 2}`);
      await settled();
      on.frame(turn * 1_000 + 500);
      current.said?.frame({ type: 'published-through', timestampMs: turn * 1_000 + 1 });
    }
    expect(told).not.toContain('refused: encoder-failed');
  });

  test('keeps what it offered a worker, whatever is confirmed meanwhile, and then drops it', async () => {
    const { on, first } = await onAir();
    for (const atMs of [0, 1_000, 2_000]) on.frame(atMs, true);
    first.said?.frame({ type: 'draining' });
    const asked = await on.search();
    first.said?.frame({ type: 'published-through', timestampMs: 1_500 });
    const second = asked.accept('encoder-2');
    await settled();
    expect(second.frames).toEqual([0, 1_000, 2_000]);
    second.said?.closed('reset');
    expect((await on.search()).request.hello).toMatchObject({ replayFromMs: 1_000 });
  });

  test('stays with a draining worker until another one is ready, then leaves it after a key frame', async () => {
    const { on, first, told } = await onAir();
    on.frame(0, true);
    first.said?.frame({ type: 'draining' });
    first.said?.frame({ type: 'draining' });
    const asked = await on.search();
    expect(asked.request).toMatchObject({ once: true, hello: { movesFrom: 'encoder-1' } });
    on.frame(33);
    asked.request.onStandby?.();
    on.frame(66);
    expect(first.ended).toBe(false);
    on.frame(2_000, true);
    await new Promise((resolve) => setTimeout(resolve, 160));
    on.relay.tick(performance.now());
    expect(first.ended).toBe(true);
    on.frame(2_033);
    const second = asked.accept('encoder-2');
    await settled();
    expect(first.frames).toEqual([0, 33, 66, 2_000]);
    expect(second.frames).toEqual([0, 33, 66, 2_000, 2_033]);
    expect(told.slice(2)).toEqual(['ingest.worker.leaving', 'ingest.worker.changed']);
    first.said?.closed('the worker closed the link');
    expect(told).not.toContain('ingest.worker.lost');
  });

  test('pauses the publisher while its worker is behind, and abandons a worker that reads nothing', async () => {
    const { on, first } = await onAir();
    first.takes = false;
    first.backlogBytes = 100;
    on.frame(0, true);
    expect(on.relay.holdsPublisher).toBe(true);
    first.said?.drained();
    expect(on.isHeld).toBe(false);
    on.frame(33);
    on.relay.tick(performance.now() + 5_100);
    expect(first.aborted).toBe(true);
    expect((await on.search()).request).toMatchObject({ avoid: 'encoder-1' });
  });

  test('pauses a publisher without a worker before the log overflows', async () => {
    const { on, first } = await onAir(2_000);
    first.said?.closed('reset');
    for (let index = 0; !on.relay.holdsPublisher && index < 20; index++) on.frame(index * 33, index === 0);
    expect(on.told).not.toContain('ingest.replay.overflowed');
    (await on.search()).accept('encoder-2');
    await settled();
    expect(on.isHeld).toBe(false);
  });

  test("delivers the rest to a worker after the publisher's end, and ends when that worker has closed", async () => {
    const { on, first } = await onAir();
    on.frame(0, true);
    on.unpublish();
    // The publisher sends FCUnpublish, then deleteStream.
    expect(on.told.slice(-2)).toEqual(['UNPUBLISHED', expect.stringMatching(/^rest: [1-9]/)]);
    expect(first.ended).toBe(true);
    expect(on.relay.active).toBe(true);
    first.said?.closed('the worker closed the link');
    expect(on.relay.active).toBe(false);
  });

  test('still finds a worker for unpublished media when the publisher ends in between', async () => {
    const { on, first } = await onAir();
    on.frame(0, true);
    first.said?.closed('reset');
    on.unpublish();
    const second = (await on.search()).accept('encoder-2');
    await settled();
    expect(second.frames).toEqual([0]);
    expect(second.ended).toBe(true);
    on.relay.tick(performance.now() + 1_100);
    expect(second.aborted).toBe(true);
  });
});

const named = (...rest: (string | Buffer)[]): Buffer =>
  Buffer.concat([
    Buffer.from([2, 0, 10]),
    Buffer.from('onMetaData'),
    ...rest.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)),
  ]);

describe('one bad message is one bad message', () => {
  test.each([...badMessages, ...lateCommands].map((bad) => [bad.name, bad] as const))(
    '%s is skipped, and the publisher stays on the air',
    async (_name, bad) => {
      const { first, on: publisher } = await onAir();
      publisher.frame(0, true);
      publisher.give(chunkOf(bad));
      publisher.give(chunkOf(bad));
      publisher.frame(40);
      expect(publisher.causes).toEqual(bad.code ? [expect.objectContaining({ code: bad.code })] : []);
      expect(publisher.told.slice(2)).toEqual(bad.code ? ['ingest.message.skipped'] : []);
      expect(first.frames).toEqual([0, 40]);
      expect(first.aborted || first.ended).toBe(false);
      // A worker that takes over is none the wiser.
      first.said?.closed('reset');
      const second = (await publisher.search()).accept('encoder-2');
      await settled();
      expect(second.frames).toEqual([0, 40]);
    },
  );

  test.each(unreadableFrom.map((bad) => [bad.name, bad] as const))(
    'after %s nothing can be read: the publisher is told, and what came before it is published',
    async (_name, bad) => {
      const { first, on: publisher } = await onAir();
      publisher.frame(0, true);
      let fault: unknown;
      try {
        publisher.give(chunkOf(bad));
      } catch (cause) {
        fault = cause;
      }
      expect(fault).toMatchObject({ code: bad.code });
      publisher.relay.broken('broken');
      expect(publisher.told.slice(2)).toEqual(['refused: unreadable-media']);
      expect(first.frames).toEqual([0]);
      expect(first.ended).toBe(true);
    },
  );
});

describe('a data message that cannot be read', () => {
  test.each<[what: string, payload: Buffer, code: string | undefined]>([
    ['is cut off in a number', named('0800000001000577696474680040'), 'AMF_TRUNCATED'],
    ['is cut off in its name', Buffer.from('02000a6f6e4d', 'hex'), 'AMF_TRUNCATED'],
    ['has a string of 70,000 bytes', named('0c00011170', Buffer.alloc(70_000, 120)), 'MESSAGE_TOO_LONG'],
    ['claims a string of 70,000 bytes', named('0c00011170', Buffer.alloc(100, 120)), 'AMF_STRING_TOO_LONG'],
    ['switches to AMF 3', named('110a0b01'), 'AMF_UNSUPPORTED_TYPE'],
    ['is nested 100 deep', named(...Array<string>(100).fill('03000161')), 'AMF_TOO_DEEP'],
    ['claims four thousand million values in a strict array', named('0affffffff05'), 'AMF_TRUNCATED'],
    ['claims four thousand million values in an ECMA array', named('08ffffffff00016105'), 'AMF_TRUNCATED'],
    ['has more values than anybody reads', named('0a00000800', Buffer.alloc(2048, 5)), 'AMF_TOO_MANY_VALUES'],
    ['refers to an earlier value', named('070000'), 'AMF_UNSUPPORTED_TYPE'],
    ['has a movie clip', named('04'), 'AMF_UNSUPPORTED_TYPE'],
    ['has a record set', named('0e'), 'AMF_UNSUPPORTED_TYPE'],
    ['is empty: nothing of it is unreadable', Buffer.alloc(0), undefined],
    ['has a value marked as unsupported: it is read as undefined', named('0d'), undefined],
  ])('%s', async (_, payload, code) => {
    const { first, on: publisher } = await onAir();
    publisher.frame(0, true);
    for (const atMs of [10, 20, 30]) publisher.give(publisher.writer.media('data', atMs, payload));
    publisher.frame(40);
    // One line for all three; the link stays, and the worker gets what follows.
    const lines = publisher.told.filter((name) => name === 'ingest.message.skipped');
    expect(lines).toHaveLength(code === undefined ? 0 : 1);
    expect(publisher.causes).toEqual(code === undefined ? [] : [expect.objectContaining({ code })]);
    expect(first.frames).toEqual([0, 40]);
    expect(first.aborted || first.ended).toBe(false);
  });

  test('does not replace the metadata that the next worker gets', async () => {
    const { first, on: publisher } = await onAir();
    const metadata = encodeAmf0(['onMetaData', { framerate: 25 }]);
    publisher.give(publisher.writer.media('data', 0, metadata));
    publisher.give(publisher.writer.media('data', 0, named('110a0b01')));
    publisher.frame(0, true);
    first.said?.frame({ type: 'published-through', timestampMs: 0 });
    publisher.frame(2000, true);
    first.said?.frame({ type: 'published-through', timestampMs: 2000 });
    first.said?.closed('gone');
    const second = (await publisher.search()).accept('encoder-2');
    await settled();
    expect(second.data).toEqual([metadata]);
  });

  test('inside an aggregate, or a broken aggregate, is said once, too', async () => {
    const { first, on: publisher } = await onAir();
    const inner = { typeId: 18, timestampMs: 0, payload: named('110a0b01') };
    const aggregate = aggregateOf([inner], 0);
    const cutOff = { ...aggregate, payload: aggregate.payload.subarray(0, 20) };
    const writer = new ChunkWriter();
    publisher.give(writer.write(aggregate));
    publisher.give(writer.write(cutOff));
    expect(publisher.causes).toEqual([expect.objectContaining({ code: 'AMF_UNSUPPORTED_TYPE' })]);
    expect(first.aborted || first.ended).toBe(false);
  });
});

test('a silent worker whose lease expires is left, and the next one is told in which version', async () => {
  const lease: LeaseRecord = {
    ...{ streamId: 's' as StreamId, workerId: 'encoder-1' as MemberId, epoch: 1, version: 5 },
    ...{ broadcastId: 'b' as BroadcastId, released: false, endRequested: false },
  };
  const { relay, first, on } = await onAir(undefined, lease);
  const now = jest.spyOn(performance, 'now');
  try {
    const fromMs = performance.now();
    for (let ms = 0; ms < 6_000 && !first.aborted; ms += 250) {
      now.mockReturnValue(fromMs + ms);
      relay.tick(fromMs + ms);
      await settled();
      // It has not been silent for long enough yet, without word of renewals.
      if (ms <= 3_000) expect(first.aborted).toBe(false);
    }
  } finally {
    now.mockRestore();
  }
  expect(first.aborted).toBe(true);
  const { request } = await on.search();
  expect(request).toMatchObject({
    avoid: 'encoder-1',
    lost: { worker: 'encoder-1', epoch: 1, expired: 5 },
  });
  relay.abort();
});
