import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { frameToResumeAt } from '../../../lib/encoder/publisher/policy/resumption.ts';
import type { PublishSession } from '../../../lib/encoder/publisher/publish-session.ts';
import { PublisherStream } from '../../../lib/ingest/policy/publisher-stream.ts';
import { AckCounter } from '../../../lib/protocol/rtmp/acknowledgement.ts';
import type { RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { initialChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { Publisher } from '../../../lib/protocol/rtmp/publisher.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';
import { openSession, plainHello } from '../../../testkit/harness/open-session.ts';
import { aggregateOf, shortChunks } from '../../../testkit/media/rtmp-dialects.ts';

const lease = { broadcastId: 'b' as BroadcastId, epoch: 1 };
const metadata = Buffer.from('02000d40736574446174614672616d6502000a6f6e4d65746144617461', 'hex');

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Passes 2^24 ms. */
const firstTimestamp = 0xffffff - 700;

type Dialect = 'plain' | 'short-type-3' | 'aggregates';

/** Messages as an encoder writes them: one by one, without extended timestamps in type 3 chunks, or some in one. */
function written(messages: readonly RtmpMessage[], dialect: Dialect, together: number): Buffer {
  const writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
  if (dialect === 'plain') return Buffer.concat(messages.map((message) => writer.write(message)));
  if (dialect === 'short-type-3') return Buffer.concat(messages.map((message) => shortChunks(message, 128)));
  const groups: Buffer[] = [];
  for (let at = 0; at < messages.length; at += together)
    groups.push(writer.write(aggregateOf(messages.slice(at, at + together))));
  return Buffer.concat(groups);
}

/** 60 pictures with sound between, each with its number; a new sequence header in the middle. */
function broadcast(gop: number, sizes: readonly number[]): RtmpMessage[] {
  const message = (type: 'data' | 'video' | 'audio', atMs: number, payload: Buffer): RtmpMessage => ({
    chunkStreamId: type === 'video' ? 6 : 4,
    timestampMs: firstTimestamp + atMs,
    typeId: { audio: 8, video: 9, data: 18 }[type],
    messageStreamId: 1,
    payload,
  });
  const header = (type: 'video' | 'audio', version: number) =>
    Buffer.from(type === 'video' ? [0x17, 0, 0, 0, 0, version] : [0xaf, 0, 0x12, version]);
  const pieces = [
    message('data', 0, metadata),
    message('video', 0, header('video', 1)),
    message('audio', 0, header('audio', 1)),
  ];
  for (let index = 0; index < 120; index++) {
    const isVideo = index % 2 === 0;
    const picture = index / 2;
    if (picture === 30) pieces.push(message('video', index * 17, header('video', 2)));
    const payload = Buffer.alloc(sizes[index % sizes.length]!, index);
    payload.writeUInt16BE(isVideo ? (picture % gop === 0 || picture === 30 ? 0x1701 : 0x2701) : 0xaf01);
    payload.writeUInt32BE(index, 5);
    pieces.push(message(isVideo ? 'video' : 'audio', index * 17, payload));
  }
  return pieces;
}

test('however many links a session uses, and wherever they break, each frame is delivered once and in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.integer({ min: 9, max: 900 }), { minLength: 1, maxLength: 10 }),
      // Of each link: how much the proxy has read when it breaks, how much of that the worker has, and what is confirmed.
      fc.array(fc.tuple(share, share, share), { maxLength: 6 }),
      fc.constantFrom<Dialect>('plain', 'short-type-3', 'aggregates'),
      fc.integer({ min: 1, max: 9 }),
      (gop, sizes, breaks, dialect, together) => {
        const bytes = written(broadcast(gop, sizes), dialect, together);
        const stream = new PublisherStream({
          unreadable: () => {},
          chunkState: initialChunkState,
          acknowledgement: new AckCounter(),
          replayMaxBytes: 1 << 24,
          release() {},
        });
        const taken: string[] = [];
        let header = 0;
        let last: PublishSession | undefined;
        let takenThroughMs = 0;
        let readBytes = 0;
        for (const [reads, brings, confirms] of [...breaks, [1, 1, 0] as const]) {
          const untilBytes = readBytes + Math.round((bytes.length - readBytes) * reads);
          const replay = stream.replay()!;
          const { session, data } = openSession({
            ...plainHello,
            chunkState: replay.chunkState,
            firstFrame: replay.firstFrame,
            ...(last && { replayFromMs: replay.fromMs }),
          });
          const fromFrame = last && frameToResumeAt(last, session);
          expect(fromFrame === undefined).toBe(last === undefined);
          const handler = {
            media(type: string, timestampMs: number, payload: Buffer, sessionMs: number) {
              if (payload[1] !== 0)
                taken.push(`${payload.readUInt32BE(5)} at ${timestampMs} ${sessionMs}, header ${header}`);
              else if (type === 'video') header = payload.at(-1)!;
              takenThroughMs = sessionMs;
            },
            metadata() {},
            tracksIgnored() {},
            skipped() {},
            unusable() {},
            batchEnded() {},
            unpublished() {},
            closed() {},
          };
          session.accept(lease, handler, fromFrame);
          const fresh = bytes.subarray(readBytes, untilBytes);
          const all = Buffer.concat([...replay.pieces, fresh]);
          data(all.subarray(0, Math.round(all.length * brings)));
          stream.take(fresh);
          stream.publishedThrough(Math.floor(takenThroughMs * confirms));
          readBytes = untilBytes;
          last = session;
        }
        expect(taken).toEqual(
          Array.from(
            { length: 120 },
            (_, index) =>
              `${index} at ${firstTimestamp + index * 17} ${index * 17}, header ${index < 60 ? 1 : 2}`,
          ),
        );
      },
    ),
    { numRuns: 200 },
  );
});
