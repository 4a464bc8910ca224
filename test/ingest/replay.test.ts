import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PublisherStream } from '../../lib/ingest/policy/publisher-stream.ts';
import { isWrapped } from '../../lib/protocol/flv/wrapped-packet.ts';
import { AckCounter } from '../../lib/protocol/rtmp/acknowledgement.ts';
import { splitAggregate } from '../../lib/protocol/rtmp/aggregate.ts';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { type ChunkState, initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { Publisher } from '../../lib/protocol/rtmp/publisher.ts';
import type { BroadcastId } from '../../lib/routing/ids.ts';
import { openSession, plainHello } from '../../testkit/harness/open-session.ts';
import { aggregateOf, multitrackOf, withModEx } from '../../testkit/media/rtmp-dialects.ts';

const publisher = () => new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });

/** Byte 1 says "not a header"; then composition time and an index. */
function payload(byte0: number, index: number, bytes: number): Buffer {
  const made = Buffer.alloc(bytes, index & 255);
  made[0] = byte0;
  made.writeUInt32BE(1 << 24, 1);
  made.writeUInt32BE(index, 5);
  return made;
}

interface Frame {
  readonly type: 'audio' | 'video';
  readonly key: boolean;
  readonly atMs: number;
}

/** A broadcast's bytes after publish: headers, then frames that carry their index. */
function broadcast(frames: readonly Frame[], firstTimestamp: number, sizes: readonly number[]): Buffer {
  const writer = publisher();
  const pieces = [
    writer.media('data', firstTimestamp, metadata),
    writer.media('video', firstTimestamp, videoHeader),
    writer.media('audio', firstTimestamp, audioHeader),
  ];
  for (const [index, { type, key, atMs }] of frames.entries()) {
    const byte0 = type === 'audio' ? 0xaf : key ? 0x17 : 0x27;
    const bytes = payload(byte0, index, sizes[index % sizes.length]!);
    pieces.push(writer.media(type, firstTimestamp + atMs, bytes));
  }
  return Buffer.concat(pieces);
}

const metadata = Buffer.from('02000d40736574446174614672616d6502000a6f6e4d65746144617461', 'hex');
const videoHeader = Buffer.from([0x17, 0, 0, 0, 0, 1, 2, 3]);
const audioHeader = Buffer.from([0xaf, 0, 0x12, 0x10]);

function streamOf(chunkState: ChunkState, replayMaxBytes = 1 << 24) {
  const released: Buffer[] = [];
  const stream = new PublisherStream({
    unreadable: () => {},
    chunkState,
    acknowledgement: new AckCounter(),
    replayMaxBytes,
    release: (memory) => released.push(memory),
  });
  return { stream, released };
}

/** Reads a replay as a worker would. */
function read(replay: { chunkState: ChunkState; pieces: readonly Buffer[] }): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  const reader = new ChunkReader((message) => messages.push(message), {}, replay.chunkState);
  for (const piece of replay.pieces) reader.push(piece);
  return messages;
}

const indexOf = ({ payload: bytes }: RtmpMessage) => bytes.readUInt32BE(5);
const isFrame = ({ typeId, payload: bytes }: RtmpMessage) => typeId !== 18 && bytes[1] === 1;

/** Video at 30 fps with a key frame every `gop`, audio between, sometimes early or late. */
const framesArbitrary = fc
  .record({
    gop: fc.integer({ min: 1, max: 40 }),
    skews: fc.array(fc.integer({ min: -120, max: 120 }), { minLength: 1 }),
  })
  .map(({ gop, skews }) =>
    Array.from({ length: 120 }, (_, index): Frame => {
      const atMs = index * 17;
      if (index % 2 === 0) return { type: 'video', key: (index / 2) % gop === 0, atMs };
      return { type: 'audio', key: false, atMs: Math.max(0, atMs + skews[index % skews.length]!) };
    }),
  );

describe('what a proxy keeps of a publisher', () => {
  test('begins at a key frame, after the headers, and contains every unpublished frame', () => {
    fc.assert(
      fc.property(
        framesArbitrary,
        fc.constantFrom(0, 5_000, 0xffffff - 1_000, 2 ** 32 - 1_000),
        fc.array(fc.integer({ min: 9, max: 400 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 0, max: 2_100 }), { maxLength: 10 }),
        (frames, firstTimestamp, sizes, cuts, confirmations) => {
          const bytes = broadcast(frames, firstTimestamp, sizes);
          const { stream } = streamOf(initialChunkState);
          let throughMs = 0;
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const cut = cuts[turn % cuts.length]!;
            stream.take(bytes.subarray(at, at + cut));
            at += cut;
            const confirmed = Math.min(confirmations[turn] ?? 0, stream.latestMs);
            throughMs = Math.max(throughMs, confirmed);
            stream.publishedThrough(throughMs);
          }
          const replay = stream.replay()!;
          const messages = read(replay);
          const kept = messages.filter(isFrame);
          const first = kept[0]!;
          const numbers = kept.map(indexOf);
          expect(numbers).toEqual(numbers.map((_, position) => numbers[0]! + position));
          expect(numbers.at(-1)).toBe(frames.length - 1);
          // Nothing that is not published is missing.
          const missing = frames.slice(0, numbers[0]);
          expect(missing.every(({ atMs }) => atMs <= throughMs)).toBe(true);
          expect(first.typeId === 9 ? first.payload[0] : 0x17).toBe(0x17);
          expect(messages.slice(0, 3).map((message) => message.payload.toString('hex'))).toEqual(
            [metadata, videoHeader, audioHeader].map((header) => header.toString('hex')),
          );
          // The prologue has the time of the point, so that the reader's clock starts there.
          if (numbers[0]! > 0) {
            expect(replay.fromMs).toBe(frames[numbers[0]!]!.atMs);
            expect(messages[0]!.timestampMs).toBe((firstTimestamp + replay.fromMs) % 2 ** 32);
          } else expect(replay.fromMs).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('begins before an aggregate with a key frame, at that frame’s time, and contains every unpublished frame', () => {
    fc.assert(
      fc.property(
        framesArbitrary,
        fc.constantFrom(0, 0xffffff - 1_000, 2 ** 32 - 1_000),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 0, max: 2_100 }), { minLength: 1, maxLength: 10 }),
        (frames, firstTimestamp, together, confirmations) => {
          const writer = publisher();
          const message = (typeId: number, atMs: number, bytes: Buffer) => ({
            typeId,
            timestampMs: (firstTimestamp + atMs) % 2 ** 32,
            payload: bytes,
          });
          const all = [
            message(18, 0, metadata),
            message(9, 0, videoHeader),
            message(8, 0, audioHeader),
            ...frames.map(({ type, key, atMs }, index) => {
              const byte0 = type === 'audio' ? 0xaf : key ? 0x17 : 0x27;
              return message(type === 'audio' ? 8 : 9, atMs, payload(byte0, index, 40));
            }),
          ];
          const { stream } = streamOf(initialChunkState);
          let throughMs = 0;
          for (let at = 0, turn = 0; at < all.length; at += together, turn++) {
            stream.take(writer.write(aggregateOf(all.slice(at, at + together))));
            throughMs = Math.max(throughMs, Math.min(confirmations[turn] ?? 0, stream.latestMs));
            stream.publishedThrough(throughMs);
          }
          const replay = stream.replay()!;
          const messages: RtmpMessage[] = [];
          for (const one of read(replay))
            if (one.typeId === 22)
              expect(splitAggregate(one, (inner) => messages.push(inner))).toBeUndefined();
            else messages.push(one);
          const numbers = messages.filter(isFrame).map(indexOf);
          expect(numbers).toEqual(numbers.map((_, position) => numbers[0]! + position));
          expect(numbers.at(-1)).toBe(frames.length - 1);
          expect(frames.slice(0, numbers[0]).every(({ atMs }) => atMs <= throughMs)).toBe(true);
          expect(replay.firstFrame).toBe(numbers[0]);
          if (numbers[0] === 0) return;
          const key = numbers.find((number) => frames[number]!.key)!;
          expect(replay.fromMs).toBe(frames[key]!.atMs);
          expect(messages.slice(0, 3).map((one) => [one.typeId, one.timestampMs])).toEqual(
            [18, 9, 8].map((typeId) => [typeId, (firstTimestamp + replay.fromMs) % 2 ** 32]),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  test('begins at a key frame of the default track where packets are wrapped, and a worker counts the same frames', () => {
    const packet = (byte0: number, fourCc: string, index: number, bytes: number): Buffer =>
      Buffer.concat([Buffer.of(byte0), Buffer.from(fourCc), payload(byte0, index, bytes)]);
    const one = (type: 'audio' | 'video', track: number, bytes: Buffer) =>
      multitrackOf(type, 'one', [[track, bytes]]);
    const avcHeader = packet(0x90, 'avc1', 0, 20);
    const aacHeader = packet(0x90, 'mp4a', 0, 9);
    const writer = publisher();
    const { stream } = streamOf(initialChunkState);
    const pieces = [
      writer.media('data', 0, metadata),
      writer.media('video', 0, withModEx(avcHeader)),
      writer.media('audio', 0, one('audio', 0, aacHeader)),
      // Other tracks' headers and key frames, which follow the default track's, count for nothing.
      writer.media('video', 0, one('video', 1, packet(0x90, 'hvc1', 0, 30))),
    ];
    for (let index = 0; index < 120; index++) {
      const isKey = index % 30 === 0;
      // Longer than what is kept of a message in the proxy.
      const picture = packet(isKey ? 0x91 : 0xa1, 'avc1', index, isKey ? 70_000 : 300);
      pieces.push(
        writer.media('video', index * 40, index % 2 ? one('video', 0, picture) : withModEx(picture)),
      );
      pieces.push(
        writer.media('video', index * 40, one('video', 1, packet(isKey ? 0x91 : 0xa1, 'hvc1', index, 90))),
      );
      pieces.push(writer.media('audio', index * 40, withModEx(packet(0x91, 'mp4a', index, 20))));
    }
    const bytes = Buffer.concat(pieces);
    for (let at = 0; at < bytes.length; at += 5_000) stream.take(Buffer.from(bytes.subarray(at, at + 5_000)));
    stream.publishedThrough(2_500);
    const replay = stream.replay()!;
    expect(replay.fromMs).toBe(60 * 40);
    expect(replay.firstFrame).toBe(60 * 3);
    const messages = read(replay);
    // The prologue's packets are plain.
    expect(messages.slice(0, 3).map((message) => message.payload)).toEqual([metadata, avcHeader, aacHeader]);
    expect(isWrapped('video', messages[3]!.payload[0]!)).toBe(true);
    const { session, data } = openSession({
      ...plainHello,
      chunkState: replay.chunkState,
      firstFrame: replay.firstFrame,
      replayFromMs: replay.fromMs,
    });
    const ignored = new Set<string>();
    const media: string[] = [];
    const nothing = (): void => {};
    session.accept(
      { broadcastId: 'b' as BroadcastId, epoch: 1 },
      {
        media: (type, atMs, { length }) => media.push(`${type} ${atMs}${length === 0 ? ' ignored' : ''}`),
        tracksIgnored: (type) => ignored.add(type),
        metadata: nothing,
        skipped: nothing,
        unusable: nothing,
        batchEnded: nothing,
        unpublished: nothing,
        closed: nothing,
      },
    );
    for (const piece of replay.pieces) data(piece);
    expect(session.nextFrame).toBe(120 * 3);
    expect([...ignored]).toEqual(['video']);
    expect(media.slice(2, 6)).toEqual(['video 2400', 'video 2400 ignored', 'audio 2400', 'video 2440']);
  });

  test('begins at a recovery point where no key frame came for 5 s', () => {
    const writer = publisher();
    const { stream } = streamOf(initialChunkState);
    const avcC = Buffer.from([0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f, 0xff]);
    const recovery = Buffer.from('00000005060601c480', 'hex');
    stream.take(writer.media('video', 0, avcC));
    for (let index = 0; index < 500; index++) {
      const slice = Buffer.concat([Buffer.from('00001000419a', 'hex'), Buffer.alloc(4094, index & 255)]);
      const head = Buffer.from([index === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
      stream.take(
        writer.media(
          'video',
          index * 40,
          Buffer.concat([head, ...(index % 50 === 0 ? [recovery] : []), slice]),
        ),
      );
    }
    expect(stream.replay()?.fromMs).toBe(0);
    stream.publishedThrough(19_000);
    // Every 5 s at most: at 6, 12 and 18 s.
    expect(stream.replay()?.fromMs).toBe(18_000);
    expect(stream.replay()?.firstFrame).toBe(450);
    expect(
      read(stream.replay()!)
        .map(({ timestampMs }) => timestampMs)
        .slice(0, 2),
    ).toEqual([18_000, 18_000]);
  });

  test('drops what is published, GOP by GOP', () => {
    const frames = Array.from(
      { length: 300 },
      (_, index): Frame => ({
        type: 'video',
        key: index % 30 === 0,
        atMs: index * 33,
      }),
    );
    const { stream, released } = streamOf(initialChunkState);
    const bytes = broadcast(frames, 0, [1_000]);
    const reads: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 4_096) {
      const memory = Buffer.allocUnsafeSlow(4_096);
      reads.push(memory);
      stream.take(memory.subarray(0, bytes.copy(memory, 0, at)), { memory });
    }
    const before = stream.heldBytes;
    stream.publishedThrough(299 * 33);
    expect(stream.heldBytes).toBeLessThan(before / 9);
    expect(stream.replay()?.fromMs).toBe(270 * 33);
    expect(released).toEqual(reads.slice(0, released.length));
    expect(released.length).toBe(Math.floor((before - stream.heldBytes) / 4_096));
  });

  test('keeps a copy of what may change', () => {
    const { stream, released } = streamOf(initialChunkState);
    const bytes = Buffer.from(broadcast([{ type: 'video', key: true, atMs: 0 }], 0, [100_000]));
    const sent = Buffer.from(bytes);
    stream.take(sent);
    sent.fill(0);
    expect(Buffer.concat(stream.replay()!.pieces).equals(bytes)).toBe(true);
    stream.clear();
    expect(released).toEqual([]);
  });

  test('is full if one more read may exceed the limit, and has room again when something is published', () => {
    const { stream } = streamOf(initialChunkState, 20_000);
    const frames = Array.from(
      { length: 3 },
      (_, index): Frame => ({ type: 'video', key: true, atMs: index * 33 }),
    );
    const bytes = broadcast(frames, 0, [4_900]);
    stream.take(bytes.subarray(0, 9_900));
    expect(stream.isFull).toBe(false);
    stream.take(bytes.subarray(9_900));
    expect(stream.isFull).toBe(true);
    stream.publishedThrough(66);
    expect(stream.isFull).toBe(false);
  });

  test('keeps at most its limit, from a key frame on, and reports when it drops media', () => {
    const frames = Array.from(
      { length: 600 },
      (_, index): Frame => ({
        type: 'video',
        key: index % 30 === 0,
        atMs: index * 33,
      }),
    );
    const { stream } = streamOf(initialChunkState, 100_000);
    const bytes = broadcast(frames, 0, [1_000]);
    let overflows = 0;
    for (let at = 0; at < bytes.length; at += 1_000) {
      if (stream.take(bytes.subarray(at, at + 1_000)).overflowed) overflows++;
      expect(stream.heldBytes).toBeLessThanOrEqual(100_000);
    }
    expect(overflows).toBeGreaterThan(0);
    const kept = read(stream.replay()!).filter(isFrame);
    expect(indexOf(kept[0]!) % 30).toBe(0);
    expect(indexOf(kept.at(-1)!)).toBe(599);
  });

  test('has no starting point when one GOP exceeds the limit, until the next key frame', () => {
    const { stream } = streamOf(initialChunkState, 10_000);
    const frames = Array.from(
      { length: 61 },
      (_, index): Frame => ({
        type: 'video',
        key: index % 60 === 0,
        atMs: index * 33,
      }),
    );
    const bytes = broadcast(frames, 0, [1_000]);
    const lastFrame = bytes.length - 1_100;
    stream.take(bytes.subarray(0, lastFrame));
    expect(stream.replay()).toBeUndefined();
    stream.take(bytes.subarray(lastFrame));
    expect(read(stream.replay()!).filter(isFrame).map(indexOf)).toEqual([60]);
    expect(stream.replay()?.fromMs).toBe(60 * 33);
  });

  test('can begin within audio if there is no video', () => {
    const frames = Array.from(
      { length: 200 },
      (_, index): Frame => ({ type: 'audio', key: false, atMs: index * 23 }),
    );
    const { stream } = streamOf(initialChunkState);
    stream.take(broadcast(frames, 0, [300]));
    stream.publishedThrough(4_000);
    const kept = read(stream.replay()!).filter(isFrame);
    expect(indexOf(kept[0]!)).toBeGreaterThan(100);
    expect(frames[indexOf(kept[0]!) - 1]!.atMs).toBeLessThanOrEqual(4_000);
    expect(indexOf(kept.at(-1)!)).toBe(199);
  });

  test('repeats the headers that were in force at the point, not later ones', () => {
    const writer = publisher();
    const { stream } = streamOf(initialChunkState);
    const second = Buffer.from([0x17, 0, 0, 0, 0, 9, 9, 9]);
    stream.take(
      Buffer.concat([
        writer.media('video', 0, videoHeader),
        writer.media('video', 0, payload(0x17, 0, 100)),
        writer.media('video', 1_000, payload(0x17, 1, 100)),
        writer.media('video', 2_000, second),
        writer.media('video', 2_000, payload(0x17, 2, 100)),
      ]),
    );
    stream.publishedThrough(1_500);
    const messages = read(stream.replay()!);
    expect(messages.map(({ payload: bytes }) => bytes.subarray(0, 8))).toEqual([
      videoHeader,
      payload(0x17, 1, 100).subarray(0, 8),
      second,
      payload(0x17, 2, 100).subarray(0, 8),
    ]);
  });

  test('detects when the publisher ends its stream', () => {
    const writer = publisher();
    const { stream } = streamOf(initialChunkState);
    stream.take(writer.media('video', 0, payload(0x17, 0, 100)));
    expect(stream.unpublished).toBe(false);
    stream.take(writer.unpublish());
    expect(stream.unpublished).toBe(true);
  });
});
