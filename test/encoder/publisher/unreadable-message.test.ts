import { expect, test } from '@jest/globals';
import type { RelayConnectionHandler } from '../../../lib/encoder/ports.ts';
import { PublishSession } from '../../../lib/encoder/publisher/publish-session.ts';
import { encodeRelayHello } from '../../../lib/protocol/relay/hello.ts';
import { initialChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { Publisher } from '../../../lib/protocol/rtmp/publisher.ts';
import type { BroadcastId, MemberId, SessionId, StreamId } from '../../../lib/routing/ids.ts';

const name = Buffer.concat([Buffer.from([2, 0, 10]), Buffer.from('onMetaData')]);
const nested = (depth: number): Buffer =>
  Buffer.concat(Array.from({ length: depth }, () => Buffer.from([3, 0, 1, 0x61])));

const unreadable: [what: string, payload: Buffer][] = [
  ['cut off in a number', Buffer.concat([name, Buffer.from('0800000001000577696474680040', 'hex')])],
  [
    'with a string of 70,000 bytes',
    Buffer.concat([
      name,
      Buffer.from([3, 0, 1, 0x6c, 12, 0, 1, 0x11, 0x70]),
      Buffer.alloc(70_000, 120),
      Buffer.from([0, 0, 9]),
    ]),
  ],
  ['with an AVM+ value', Buffer.concat([name, Buffer.from([0x11, 0x0a, 0x0b, 0x01])])],
  ['nested 100 deep', Buffer.concat([name, nested(100)])],
  ['of an unknown type', Buffer.concat([name, Buffer.from([0xee])])],
];

test.each(unreadable)('a data message %s is skipped, and the media around it goes on', (_, payload) => {
  let connection!: RelayConnectionHandler;
  let session!: PublishSession;
  const aborted: string[] = [];
  PublishSession.open(
    {
      start: (handler) => {
        connection = handler;
      },
      write() {},
      pause() {},
      resume() {},
      end() {},
      abort: () => aborted.push('aborted'),
    },
    (opened) => {
      session = opened;
    },
    (cause) => {
      throw cause;
    },
  );
  const address = { address: '192.0.2.1', port: 1 };
  connection.data(
    encodeRelayHello({
      client: address,
      server: address,
      streamId: '0123456789abcdef' as StreamId,
      sessionId: 's' as SessionId,
      proxyId: 'ingest-1' as MemberId,
      publish: { app: 'live' },
      chunkState: initialChunkState,
    }),
  );
  const seen: string[] = [];
  session.accept(
    { broadcastId: 'b' as BroadcastId, epoch: 1 },
    {
      media: (type, timestampMs) => seen.push(`${type} ${timestampMs}`),
      metadata: () => seen.push('metadata'),
      unreadable: ({ code }) => seen.push(code.slice(0, 4)),
      batchEnded() {},
      unpublished: () => seen.push('unpublished'),
      closed: () => seen.push('closed'),
    },
  );
  const writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
  connection.data(
    Buffer.concat([
      writer.media('video', 0, Buffer.from([0x17, 1, 0, 0, 0, 1])),
      writer.media('data', 10, payload),
      writer.media('video', 40, Buffer.from([0x27, 1, 0, 0, 0, 1])),
    ]),
  );
  expect(seen).toEqual(['video 0', 'AMF_', 'video 40']);
  expect(aborted).toEqual([]);
});
