import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Amf0Value } from '../../../lib/protocol/rtmp/amf0.ts';
import { ChunkReader, type RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { encodeCommand, isUnpublish, readMetaData } from '../../../lib/protocol/rtmp/commands.ts';
import { encodeControl } from '../../../lib/protocol/rtmp/messages.ts';
import { Publisher, type PublisherAction } from '../../../lib/protocol/rtmp/publisher.ts';
import { RtmpServerSession } from '../../../lib/protocol/rtmp/server-session.ts';
import { cut } from './wire.ts';

const options = { app: 'live', streamName: 'key', tcUrl: 'rtmp://here/live' };

/** Lets both sides talk, in pieces of `size` bytes, until neither has anything to say. */
function talk(publisher: Publisher, session: RtmpServerSession, size: number, decide: () => Buffer) {
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
        const session = new RtmpServerSession();
        const events = talk(publisher, session, size, () => session.accept());
        expect(events.map(({ type }) => type)).toEqual(['status', 'published']);
        expect(publisher.phase).toBe('published');
      }),
      { numRuns: 30 },
    );
  });

  test('hears why it is refused', () => {
    const session = new RtmpServerSession();
    const publisher = new Publisher(options);
    const events = talk(publisher, session, 4000, () => session.refuse('NetStream.Publish.BadName', 'Busy.'));
    expect(events).toEqual([
      { type: 'status', status: { level: 'error', code: 'NetStream.Publish.BadName', description: 'Busy.' } },
      { type: 'refused', code: 'NetStream.Publish.BadName', description: 'Busy.', redirected: false },
    ]);
    expect(publisher.phase).toBe('refused');
  });

  test('hears that the app is wrong', () => {
    const events = talk(new Publisher({ ...options, app: 'vod' }), new RtmpServerSession(), 4000, () =>
      Buffer.alloc(0),
    );
    expect(events).toMatchObject([
      { type: 'status', status: { code: 'NetConnection.Connect.InvalidApp' } },
      { type: 'refused', code: 'NetConnection.Connect.InvalidApp' },
    ]);
  });

  test('writes media, metadata and its end for the reader that takes over', () => {
    const session = new RtmpServerSession();
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
    const session = new RtmpServerSession();
    const publisher = new Publisher(options);
    talk(publisher, session, 4000, () => session.accept());
    publisher.push(session.write(encodeControl({ kind: 'acknowledgement', sequenceNumber: 1234 })));
    expect(publisher.acknowledgedBytes).toBe(1234);
    const [answer] = publisher.push(session.write(encodeControl({ kind: 'ping-request', timestampMs: 5 })));
    expect(answer?.type).toBe('send');
  });
});

describe('a publisher, towards a server that is not as it should be', () => {
  const s0s1s2 = Buffer.concat([Buffer.of(3), Buffer.alloc(2 * 1536)]);
  /** A publisher that has said `connect`, and what the server says next in its chunks. */
  function connecting() {
    const publisher = new Publisher(options);
    publisher.start();
    publisher.push(s0s1s2);
    const writer = new ChunkWriter();
    const hear = (message: RtmpMessage) => publisher.push(writer.write(message));
    const answer = (name: string, transactionId: number, ...args: Amf0Value[]) =>
      hear(encodeCommand({ name, transactionId, args }));
    return { publisher, hear, answer };
  }
  const success = { level: 'status', code: 'NetConnection.Connect.Success', description: '' };
  const started = { level: 'status', code: 'NetStream.Publish.Start', description: '' };
  function published() {
    const talk = connecting();
    talk.answer('_result', 1, {}, success);
    talk.answer('_result', 4, null, 7);
    expect(talk.answer('onStatus', 0, null, started).at(-1)).toEqual({ type: 'published' });
    return talk;
  }
  const refusals = (actions: readonly PublisherAction[]) => actions.filter(({ type }) => type === 'refused');

  test('goes on where releaseStream and FCPublish are not known', () => {
    const { publisher, answer } = connecting();
    answer('_result', 1, {}, success);
    const failed = { level: 'error', code: 'NetConnection.Call.Failed', description: 'Unknown.' };
    expect(refusals(answer('_error', 2, null, failed))).toEqual([]);
    expect(refusals(answer('_error', 3, null, failed))).toEqual([]);
    answer('_result', 4, null, 1);
    answer('onStatus', 0, null, started);
    expect(publisher.phase).toBe('published');
  });

  test.each([
    ['_error', { level: 'error', code: 'NetConnection.Connect.Rejected', description: 'No.' }],
    ['_result', { level: 'error', code: 'NetConnection.Connect.Rejected', description: 'No.' }],
  ])('hears the refusal of connect in %s', (name, info) => {
    expect(refusals(connecting().answer(name, 1, null, info))).toEqual([
      { type: 'refused', code: 'NetConnection.Connect.Rejected', description: 'No.', redirected: false },
    ]);
  });

  test('hears the refusal of createStream, even without words', () => {
    const { answer } = connecting();
    answer('_result', 1, {}, success);
    expect(refusals(answer('_error', 4, null))).toEqual([
      { type: 'refused', code: '_error', description: '', redirected: false },
    ]);
  });

  test.each<[string, Amf0Value[]]>([
    [
      'ex',
      [null, { level: 'error', code: 'x', description: '', ex: { code: 302, redirect: 'rtmp://10.0.0.1/' } }],
    ],
    [
      'the status itself',
      [null, { level: 'error', code: 'x', description: '', redirect: 'rtmp://10.0.0.1/' }],
    ],
    ['the command object', [{ ex: { redirect: 'rtmp://10.0.0.1/' } }, { level: 'error', code: 'x' }]],
  ])('notices a redirect in %s', (_, args) => {
    expect(refusals(connecting().answer('_error', 1, ...args))).toMatchObject([{ redirected: true }]);
  });

  test.each([
    { level: 'error', code: 'NetStream.Publish.Failed', description: 'Gone.' },
    { level: 'status', code: 'NetStream.Unpublish.Success', description: 'Gone.' },
    { level: 'status', code: 'NetConnection.Connect.Closed', description: 'Gone.' },
  ])('hears its end: $code', (info) => {
    const { publisher, answer, hear } = published();
    expect(refusals(answer('onStatus', 0, null, info))).toMatchObject([
      { code: info.code, description: 'Gone.' },
    ]);
    expect(publisher.phase).toBe('refused');
    expect(hear(encodeControl({ kind: 'ping-request', timestampMs: 1 }))).toEqual([]);
  });

  test('hears a close, and goes on after a warning or a notice', () => {
    expect(refusals(published().answer('close', 0, null))).toHaveLength(1);
    const { publisher, answer } = published();
    answer('onStatus', 0, null, { level: 'warning', code: 'NetStream.Play.InsufficientBW' });
    answer('onStatus', 0, null, { level: 'status', code: 'NetStream.Publish.Idle' });
    answer('onBWDone', 0, null);
    expect(publisher.phase).toBe('published');
  });

  test('quotes one line of sound length', () => {
    const description = `line\r\n\u001b[31mtwo\u202e${'x'.repeat(2_000)}`;
    const [refusal] = refusals(
      published().answer('onStatus', 0, null, { level: 'error', code: 'c', description }),
    );
    expect(refusal).toMatchObject({ description: expect.stringMatching(/^line \[31mtwo x{270,290}$/) });
  });

  test('names its window where the server asks, once', () => {
    const { hear } = published();
    const ask = encodeControl({ kind: 'set-peer-bandwidth', windowBytes: 5_000_000, limit: 'dynamic' });
    expect(hear(ask)).toMatchObject([{ type: 'send' }]);
    expect(hear(ask)).toEqual([]);
  });

  test('takes no flood instead of an answer', () => {
    const { hear } = connecting();
    const pong = encodeControl({ kind: 'ping-response', timestampMs: 1 });
    expect(() => {
      for (let count = 0; count < 100_000; count++) hear(pong);
    }).toThrow(expect.objectContaining({ code: 'TOO_MUCH_PARTIAL' }));
  });

  test('takes no long message', () => {
    const { publisher } = connecting();
    expect(() => publisher.push(Buffer.of(3, 0, 0, 0, 1, 0, 1, 20, 0, 0, 0, 0))).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LONG' }),
    );
  });

  test('throws nothing but protocol errors, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }),
        (greeted, pieces) => {
          const publisher = new Publisher(options);
          publisher.start();
          try {
            if (greeted) publisher.push(s0s1s2);
            for (const piece of pieces) publisher.push(piece);
          } catch (fault) {
            expect(fault).toMatchObject({ name: 'ProtocolError' });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
