import { expect, test } from '@jest/globals';
import type { RelayConnectionHandler } from '../../../lib/encoder/ports.ts';
import { PublishSession } from '../../../lib/encoder/publisher/publish-session.ts';
import { encodeRelayHello } from '../../../lib/protocol/relay/hello.ts';
import { encodeAmf0 } from '../../../lib/protocol/rtmp/amf0.ts';
import { initialChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { encodeCommand } from '../../../lib/protocol/rtmp/commands.ts';
import type { ProtocolError } from '../../../lib/protocol/rtmp/errors.ts';
import type { BroadcastId, MemberId, SessionId, StreamId } from '../../../lib/routing/ids.ts';
import { aggregateOf } from '../../../testkit/media/rtmp-dialects.ts';

const video = (timestampMs: number) => ({
  typeId: 9,
  timestampMs,
  payload: Buffer.from([0x27, 1, 0, 0, 0, 1]),
});
const audio = (timestampMs: number) => ({ typeId: 8, timestampMs, payload: Buffer.from([0xaf, 1, 7]) });
const writer = new ChunkWriter();

/** A session on the seat, and what it delivers. */
function seated() {
  let connection!: RelayConnectionHandler;
  let session!: PublishSession;
  const seen: string[] = [];
  PublishSession.open(
    {
      start: (handler) => {
        connection = handler;
      },
      write() {},
      pause() {},
      resume() {},
      end() {},
      abort: () => seen.push('aborted'),
    },
    (opened) => {
      session = opened;
    },
    (cause) => {
      throw cause;
    },
  );
  const address = { address: '192.0.2.1', port: 1 };
  const hello = encodeRelayHello({
    client: address,
    server: address,
    streamId: '0123456789abcdef' as StreamId,
    sessionId: 's' as SessionId,
    proxyId: 'ingest-1' as MemberId,
    publish: { app: 'live' },
    chunkState: initialChunkState,
    firstFrame: 0,
  });
  connection.data(hello);
  session.accept(
    { broadcastId: 'b' as BroadcastId, epoch: 1 },
    {
      media: (type, timestampMs, _, sessionMs) => seen.push(`${type} ${timestampMs} at ${sessionMs}`),
      metadata: ({ frameRate }) => seen.push(`metadata ${frameRate}`),
      skipped: (cause) => seen.push((cause as ProtocolError).code),
      unusable: (cause) => seen.push(`unusable: ${cause}`),
      batchEnded() {},
      unpublished: () => seen.push('unpublished'),
      closed: () => seen.push('closed'),
    },
  );
  return { seen, session, take: (bytes: Buffer) => connection.data(bytes) };
}

test('what an aggregate message contains is used as if it had been sent one by one', () => {
  const { seen, session, take } = seated();
  const metadata = { typeId: 18, timestampMs: 0, payload: encodeAmf0(['onMetaData', { framerate: 25 }]) };
  take(new ChunkWriter().write(aggregateOf([metadata, video(0), audio(3), video(40)], 500)));
  expect(seen).toEqual(['metadata 25', 'video 500 at 0', 'audio 503 at 3', 'video 540 at 40']);
  expect(session.nextFrame).toBe(3);
});

test('an aggregate message that cannot be read is used up to there, and the media after it goes on', () => {
  const { seen, take } = seated();
  const whole = aggregateOf([video(0), audio(3), video(40)]);
  const cutOff = { ...whole, payload: whole.payload.subarray(0, -8) };
  const withCommand = aggregateOf(
    [encodeCommand({ name: 'deleteStream', transactionId: 0, args: [null, 1] }), audio(60)],
    50,
  );
  take(Buffer.concat([cutOff, withCommand].map((message) => writer.write(message))));
  expect(seen).toEqual([
    'video 0 at 0',
    'audio 3 at 3',
    'AGGREGATE_MALFORMED',
    'audio 110 at 110',
    'AGGREGATE_MALFORMED',
  ]);
});
