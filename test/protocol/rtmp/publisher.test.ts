import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChunkReader, type RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { isUnpublish, readMetaData } from '../../../lib/protocol/rtmp/commands.ts';
import { encodeControl } from '../../../lib/protocol/rtmp/messages.ts';
import { PublishSession } from '../../../lib/protocol/rtmp/publish-session.ts';
import { Publisher, type PublisherAction } from '../../../lib/protocol/rtmp/publisher.ts';
import { cut } from './wire.ts';

const options = { app: 'live', streamName: 'key', tcUrl: 'rtmp://here/live' };

/** Lets both sides talk, in pieces of `size` bytes, until neither has anything to say. */
function talk(publisher: Publisher, session: PublishSession, size: number, decide: () => Buffer) {
  const events: PublisherAction[] = [];
  let toServer: Buffer = publisher.start();
  while (toServer.length > 0) {
    const toClient: Buffer[] = [];
    for (const piece of cut(toServer, steps(toServer, size))) {
      for (const action of session.push(piece)) {
        if (action.type === 'send') toClient.push(action.bytes);
        if (action.type === 'publish') toClient.push(decide());
      }
    }
    const answer = Buffer.concat(toClient);
    const actions = cut(answer, steps(answer, size)).flatMap((piece) => publisher.push(piece));
    toServer = Buffer.concat(actions.flatMap((action) => (action.type === 'send' ? [action.bytes] : [])));
    events.push(...actions.filter(({ type }) => type !== 'send'));
  }
  return events;
}

const steps = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => index * size);

describe('a publisher', () => {
  test('is accepted by the session, whatever the size of packets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), (size) => {
        const publisher = new Publisher(options);
        const session = new PublishSession();
        const events = talk(publisher, session, size, () => session.accept());
        expect(events.map(({ type }) => type)).toEqual(['status', 'published']);
        expect(publisher.phase).toBe('published');
      }),
      { numRuns: 30 },
    );
  });

  test('hears why it is refused', () => {
    const session = new PublishSession();
    const publisher = new Publisher(options);
    const events = talk(publisher, session, 4000, () => session.refuse('NetStream.Publish.BadName', 'Busy.'));
    expect(events).toEqual([
      { type: 'status', status: { level: 'error', code: 'NetStream.Publish.BadName', description: 'Busy.' } },
      { type: 'refused', code: 'NetStream.Publish.BadName', description: 'Busy.', redirected: false },
    ]);
    expect(publisher.phase).toBe('refused');
  });

  test('hears that the app is wrong', () => {
    const events = talk(new Publisher({ ...options, app: 'vod' }), new PublishSession(), 4000, () =>
      Buffer.alloc(0),
    );
    expect(events).toMatchObject([
      { type: 'status', status: { code: 'NetConnection.Connect.InvalidApp' } },
      { type: 'refused', code: 'NetConnection.Connect.InvalidApp' },
    ]);
  });

  test('writes media, metadata and its end for the reader that takes over', () => {
    const session = new PublishSession();
    const publisher = new Publisher({ ...options, chunkSize: 1000 });
    talk(publisher, session, 4000, () => session.accept());
    const { chunkState, rest } = session.handover();
    const messages: RtmpMessage[] = [];
    const reader = new ChunkReader((message) => messages.push(message), {}, chunkState);
    reader.push(rest);
    reader.push(publisher.metaData({ width: 640 }));
    reader.push(publisher.media('video', 40, Buffer.alloc(5000, 0x17)));
    reader.push(publisher.media('audio', 2 ** 32 + 41, Buffer.alloc(10, 0xaf)));
    reader.push(publisher.unpublish());
    expect(messages.map(({ typeId, timestampMs }) => [typeId, timestampMs])).toEqual([
      [18, 0],
      [9, 40],
      [8, 41],
      [20, 0],
      [20, 0],
    ]);
    expect(readMetaData(messages[0]!)).toEqual({ width: 640 });
    expect(messages.map(isUnpublish)).toEqual([false, false, false, true, true]);
  });

  test('notes acknowledgements and answers pings', () => {
    const session = new PublishSession();
    const publisher = new Publisher(options);
    talk(publisher, session, 4000, () => session.accept());
    publisher.push(session.write(encodeControl({ kind: 'acknowledgement', sequenceNumber: 1234 })));
    expect(publisher.acknowledgedBytes).toBe(1234);
    const [answer] = publisher.push(session.write(encodeControl({ kind: 'ping-request', timestampMs: 5 })));
    expect(answer?.type).toBe('send');
  });
});
