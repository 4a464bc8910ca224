import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Amf0Value, encodeAmf0 } from '../../../lib/protocol/rtmp/amf0.ts';
import { ChunkReader, type RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { initialChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import {
  decodeCommand,
  encodeCommand,
  readMetaData,
  readStatus,
} from '../../../lib/protocol/rtmp/commands.ts';
import { ClientHandshake } from '../../../lib/protocol/rtmp/handshake.ts';
import { decodeControl, encodeControl } from '../../../lib/protocol/rtmp/messages.ts';
import {
  type PublishAction,
  RtmpServerSession,
  type RtmpServerSessionOptions,
} from '../../../lib/protocol/rtmp/server-session.ts';
import { badMessages, chunkOf, unreadableFrom } from '../../vectors/rtmp/bad-messages.ts';
import { captures } from '../../vectors/rtmp/captures.ts';
import { bytesOf, cut, plain, read } from './wire.ts';

const handshakeBytes = Buffer.concat([new ClientHandshake().start(), Buffer.alloc(1536)]);

/** A session past its handshake, and a client that writes commands to it. */
function open(options?: RtmpServerSessionOptions) {
  const session = new RtmpServerSession(options);
  const writer = new ChunkWriter();
  session.push(handshakeBytes);
  return {
    session,
    write: (message: RtmpMessage) => session.push(writer.write(message)),
    command: (name: string, transactionId: number, ...args: Amf0Value[]) =>
      session.push(writer.write(encodeCommand({ name, transactionId, args }))),
  };
}

function opened(...commands: string[]) {
  const client = open();
  client.command('connect', 1, { app: 'live', tcUrl: 'rtmp://here/live', flashVer: 'test' });
  for (const name of commands) client.command(name, 2, null);
  return client;
}

/** What the actions send, as messages; the chunk size is 4096 once connect has succeeded. */
function sent(actions: readonly PublishAction[] | Buffer, chunkSize = 4096): RtmpMessage[] {
  const bytes = Buffer.isBuffer(actions)
    ? [actions]
    : actions.flatMap((action) => (action.type === 'send' ? [action.bytes] : []));
  const messages: RtmpMessage[] = [];
  const reader = new ChunkReader((message) => messages.push(message), {}, { chunkSize, streams: [] });
  for (const piece of bytes) reader.push(piece);
  return messages;
}

const commandsIn = (actions: readonly PublishAction[] | Buffer, chunkSize?: number) =>
  sent(actions, chunkSize).flatMap((message) => decodeCommand(message) ?? []);
const closeOf = (actions: readonly PublishAction[]) =>
  actions.find((action) => action.type === 'close')?.code;

/** A command of which the transaction id lacks its last byte. */
const cutOff = (name: string): string => encodeAmf0([name, 1]).subarray(0, -1).toString('hex');

/** Every message comes once between the commands of a publisher. */
test.each(badMessages.map((bad) => [bad.name, bad] as const))(
  'a publish session skips %s before it publishes',
  (_name, bad) => {
    const client = open();
    const skipped: unknown[] = [];
    const skip = () => {
      for (const action of client.session.push(chunkOf(bad)))
        if (action.type !== 'send') skipped.push(action);
    };
    if (bad.code) skip();
    client.command('connect', 1, { app: 'live' });
    skip();
    client.command('createStream', 4, null);
    skip();
    expect(client.command('publish', 5, null, 'key')).toEqual([expect.objectContaining({ type: 'publish' })]);
    const cause = expect.objectContaining({ code: bad.code });
    expect(skipped).toEqual(bad.code ? Array(3).fill({ type: 'skipped', cause }) : []);
  },
);

describe('a publish session', () => {
  test('answers connect with its window, bandwidth and chunk size, then success', () => {
    const actions = open().command('connect', 1, { app: 'live' });
    expect(sent(actions, 128).flatMap((message) => decodeControl(message) ?? [])).toEqual([
      { kind: 'window-ack-size', windowBytes: 2_500_000 },
      { kind: 'set-peer-bandwidth', windowBytes: 2_500_000, limit: 'dynamic' },
      { kind: 'set-chunk-size', chunkSize: 4096 },
    ]);
    const [answer] = commandsIn(actions, 128);
    expect(answer).toMatchObject({ name: '_result', transactionId: 1 });
    expect(answer && readStatus(answer)?.code).toBe('NetConnection.Connect.Success');
  });

  test.each(['live/', 'live?token=1', 'live/?a=b', '/live', ' live\n', 'live/_definst_', 'live/instance'])(
    'serves the app also as %s',
    (app) => {
      expect(closeOf(open().command('connect', 1, { app }))).toBeUndefined();
    },
  );

  test.each(['Live', 'liv', 'x/live', ''])('refuses the app %s with a reason, then closes', (app) => {
    const actions = open().command('connect', 1, { app });
    const [answer] = commandsIn(actions, 128);
    expect(answer?.name).toBe('_error');
    expect(answer && readStatus(answer)?.code).toBe('NetConnection.Connect.InvalidApp');
    expect(closeOf(actions)).toBe('WRONG_APP');
  });

  test('refuses a connect without a command object', () => {
    expect(closeOf(open().command('connect', 1))).toBe('WRONG_APP');
  });

  test.each(['releaseStream', 'FCPublish', '_checkbw'])('answers %s with an empty result', (name) => {
    expect(commandsIn(opened().command(name, 7, null, 'key'))).toEqual([
      { name: '_result', transactionId: 7, args: [null, undefined] },
    ]);
  });

  test('answers getStreamLength with 0 and createStream with 1', () => {
    expect(commandsIn(opened().command('getStreamLength', 7, null, 'key'))).toEqual([
      { name: '_result', transactionId: 7, args: [null, 0] },
    ]);
    expect(commandsIn(opened().command('createStream', 8, null))).toEqual([
      { name: '_result', transactionId: 8, args: [null, 1] },
    ]);
  });

  test('answers no command with transaction id 0 but createStream', () => {
    expect(opened().command('FCPublish', 0, null, 'key')).toEqual([]);
  });

  test('answers an unknown command with an error where an answer is wanted, and goes on', () => {
    const client = opened();
    expect(commandsIn(client.command('toString', 9, null))).toMatchObject([
      { name: '_error', transactionId: 9 },
    ]);
    expect(client.command('notice', 0, null)).toEqual([]);
    expect(client.command('_result', 3, null)).toEqual([]);
    expect(client.session.phase).toBe('connected');
  });

  test('asks its owner about a publish, with all that was said', () => {
    expect(opened('createStream').command('publish', 5, null, 'key?x=1', 'record')).toEqual([
      {
        type: 'publish',
        request: {
          app: 'live',
          tcUrl: 'rtmp://here/live',
          flashVer: 'test',
          streamName: 'key?x=1',
          publishType: 'record',
        },
      },
    ]);
  });

  test.each<[string, string | undefined, Amf0Value, string | undefined]>([
    ['live/KEY', 'rtmp://here/live/KEY', '', 'KEY'],
    ['live/KEY', undefined, undefined, 'KEY'],
    ['live/KEY/', 'rtmp://here/live/KEY/', ' \n', 'KEY'],
    ['live//KEY?token=1', 'rtmp://here/live//KEY?token=1', null, 'KEY'],
    ['live/_definst_/KEY', 'rtmp://here/live/_definst_/KEY', '/', 'KEY'],
    ['live', 'rtmps://here:443/live/KEY', '', 'KEY'],
    ['live', 'rtmp://here/live/KEY', '?token=1', 'KEY'],
    ['live/OTHER', 'rtmp://here/live/OTHER', 'KEY', 'KEY'],
    ['live/instance', 'rtmp://here/live/instance', '/KEY\n', '/KEY\n'],
    ['live', 'rtmp://here/live', '', undefined],
    ['live/_definst_', 'rtmp://here/live/_definst_/', '', undefined],
    ['live', 'here/live/KEY', '', undefined],
  ])('finds the key of app %j, URL %j and stream name %j: %j', (app, tcUrl, streamName, found) => {
    const client = open();
    client.command('connect', 1, { app, tcUrl });
    client.command('createStream', 2, null);
    const [action] = client.command('publish', 3, null, streamName, 'live');
    if (found === undefined) expect(action).toEqual({ type: 'refuse', reason: 'missing-key' });
    else expect(action).toMatchObject({ type: 'publish', request: { app: 'live', streamName: found } });
  });

  test('keeps the key out of what it says about the connection', () => {
    const client = open();
    client.command('connect', 1, { app: 'live/KEY', tcUrl: 'rtmp://here:1935/live/KEY' });
    client.command('createStream', 2, null);
    const [action] = client.command('publish', 3, null, '', 'live');
    expect(action).toEqual({
      type: 'publish',
      request: { app: 'live', tcUrl: 'rtmp://here:1935/live', streamName: 'KEY', publishType: 'live' },
    });
  });

  test('takes a publish without a type as live', () => {
    const [action] = opened('createStream').command('publish', 5, null, 'key');
    expect(action).toMatchObject({ type: 'publish', request: { publishType: 'live' } });
  });

  test.each([[[null]], [[null, '']], [[null, 7]]])('refuses a publish with the arguments %j', (args) => {
    const client = opened('createStream');
    const actions = client.command('publish', 5, ...(args as Amf0Value[]));
    expect(actions).toEqual([{ type: 'refuse', reason: 'missing-key' }]);
    expect(client.session.phase).toBe('closed');
    expect(client.command('publish', 6, null, 'key')).toEqual([]);
  });

  test('accepts with StreamBegin and NetStream.Publish.Start', () => {
    const client = opened('createStream');
    client.command('publish', 5, null, 'key');
    const bytes = client.session.accept();
    expect(sent(bytes).flatMap((message) => decodeControl(message) ?? [])).toEqual([
      { kind: 'stream-begin', messageStreamId: 1 },
    ]);
    expect(commandsIn(bytes).map(readStatus)).toMatchObject([
      { level: 'status', code: 'NetStream.Publish.Start' },
    ]);
    expect(sent(bytes).at(-1)?.messageStreamId).toBe(1);
  });

  test('refuses with the code and words of its owner, then takes nothing more', () => {
    const client = opened('createStream');
    client.command('publish', 5, null, 'key');
    const bytes = client.session.refuse('NetStream.Publish.Unauthorized', 'No such key.');
    expect(commandsIn(bytes).map(readStatus)).toEqual([
      { level: 'error', code: 'NetStream.Publish.Unauthorized', description: 'No such key.' },
    ]);
    expect(client.command('publish', 6, null, 'other')).toEqual([]);
    expect(() => client.session.handover()).toThrow(RangeError);
  });

  test('hands over what comes after the publish command, and the state to read it with', () => {
    const client = opened('createStream');
    const writer = new ChunkWriter();
    const publish = writer.write(
      encodeCommand({ name: 'publish', transactionId: 5, args: [null, 'key'] }, 1, 4),
    );
    const media = [0, 20, 40].map((timestampMs) => ({
      chunkStreamId: 4,
      timestampMs,
      typeId: 8,
      messageStreamId: 1,
      payload: Buffer.alloc(300, timestampMs),
    }));
    const bytes = Buffer.concat([publish, ...media.map((message) => writer.write(message))]);
    const early = Buffer.from(bytes.subarray(0, publish.length + 100));
    client.session.push(early);
    early.fill(0);
    client.session.push(bytes.subarray(publish.length + 100, publish.length + 200));
    const { chunkState, rest, acknowledgement } = client.session.handover();
    expect(rest).toHaveLength(200);
    expect(acknowledgement.receivedBytes).toBeGreaterThan(publish.length + 200);
    expect(client.session.phase).toBe('handed-over');
    expect(read([rest, bytes.subarray(publish.length + 200)], {}, chunkState).messages).toEqual(
      media.map(plain),
    );
  });

  test.each(captures)(
    'reads $encoder’s own bytes cut anywhere, and hands its media over whole',
    ({ hex, media }) => {
      const bytes = Buffer.concat([handshakeBytes, bytesOf(hex)]);
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (at) => {
          const session = new RtmpServerSession();
          const actions = cut(bytes, at).flatMap((piece) => session.push(piece));
          expect(actions.filter(({ type }) => type !== 'send')).toMatchObject([
            { type: 'publish', request: { app: 'live', streamName: 'abc_key', publishType: 'live' } },
          ]);
          const { chunkState, rest } = session.handover();
          const messages: RtmpMessage[] = [];
          const isMedia = ({ typeId }: RtmpMessage) => [8, 9, 18].includes(typeId);
          const reader = new ChunkReader((message) => messages.push(message), {}, chunkState);
          reader.push(rest);
          const found = messages.filter(isMedia);
          expect(found.map(({ typeId, timestampMs }) => [typeId, timestampMs])).toEqual(media);
          expect(readMetaData(found[0]!)).toMatchObject({ width: 64, height: 64, videocodecid: 7 });
          expect(reader.clean).toBe(true);
        }),
        { numRuns: 50 },
      );
    },
  );

  test.each([
    ['FCUnpublish', 'stream-created'],
    ['closeStream', 'stream-created'],
    ['deleteStream', 'connected'],
  ])('goes on after %s before publish', (name, phase) => {
    const client = opened('createStream');
    expect(closeOf(client.command(name, 0, null, 1))).toBeUndefined();
    expect(client.session.phase).toBe(phase);
  });

  test('takes commands back after the end of a stream, and hands the next one over', () => {
    const client = opened('createStream');
    const writer = new ChunkWriter();
    const command = (name: string, ...args: Amf0Value[]) =>
      writer.write(encodeCommand({ name, transactionId: 6, args: [null, ...args] }));
    client.session.push(command('publish', 'key'));
    const { acknowledgement } = client.session.handover();
    const { receivedBytes } = acknowledgement;
    const media = {
      chunkStreamId: 6,
      timestampMs: 0,
      typeId: 9,
      messageStreamId: 1,
      payload: Buffer.alloc(300_000, 9),
    };
    const end = command('deleteStream', 1);
    const { state } = read([command('publish', 'key'), end]);
    const rest = Buffer.concat([command('createStream'), writer.write(media)]);
    expect(client.session.takeBack({ chunkState: state!, rest }).map(({ type }) => type)).toEqual(['send']);
    expect(acknowledgement.receivedBytes).toBe(receivedBytes);
    expect(client.session.push(command('publish', 'other'))).toMatchObject([
      { type: 'publish', request: { app: 'live', streamName: 'other' } },
    ]);
    expect(client.session.handover().rest).toHaveLength(0);
    expect(() => client.session.handover()).toThrow(RangeError);
  });

  test('takes no more than a MiB after the end of a stream', () => {
    const client = opened('createStream');
    client.command('publish', 5, null, 'key');
    client.session.handover();
    expect(client.session.takeBack({ chunkState: initialChunkState, rest: Buffer.alloc(0) })).toEqual([]);
    const media = {
      chunkStreamId: 6,
      timestampMs: 0,
      typeId: 9,
      messageStreamId: 1,
      payload: Buffer.alloc(400_000),
    };
    const late = new ChunkWriter();
    const codes = [1, 2, 3].map(() => closeOf(client.session.push(late.write(media))));
    expect(codes).toEqual([undefined, undefined, 'BYTES_BEFORE_PUBLISH']);
  });

  test('answers a ping, and notes the window of the publisher', () => {
    const client = opened('createStream');
    const actions = client.write(encodeControl({ kind: 'ping-request', timestampMs: 9 }));
    expect(sent(actions).map(decodeControl)).toEqual([{ kind: 'ping-response', timestampMs: 9 }]);
    client.write(encodeControl({ kind: 'window-ack-size', windowBytes: 50_000 }));
    client.command('publish', 5, null, 'key');
    expect(client.session.handover().acknowledgement.windowBytes).toBe(50_000);
  });

  test('acknowledges while it waits', () => {
    const client = opened('createStream');
    client.write(encodeControl({ kind: 'window-ack-size', windowBytes: 20_000 }));
    client.command('publish', 5, null, 'key');
    const actions = client.session.push(Buffer.alloc(15_000));
    expect(sent(actions).map(decodeControl)).toMatchObject([{ kind: 'acknowledgement' }]);
  });
});

describe('a publish session closes', () => {
  test.each(['createStream', 'publish', 'releaseStream', 'FCPublish', 'play'])(
    'at %s before connect',
    (name) => {
      expect(closeOf(open().command(name, 2, null, 'key'))).toBe('COMMAND_OUT_OF_ORDER');
    },
  );

  test('at a publish before createStream and at a second connect', () => {
    expect(closeOf(opened().command('publish', 5, null, 'key'))).toBe('COMMAND_OUT_OF_ORDER');
    expect(closeOf(opened().command('connect', 1, { app: 'live' }))).toBe('COMMAND_OUT_OF_ORDER');
  });

  test('at a publish inside another message, as there is no clean point to hand over', () => {
    const client = opened('createStream');
    const partial = new ChunkWriter().write({
      chunkStreamId: 8,
      timestampMs: 0,
      typeId: 18,
      messageStreamId: 1,
      payload: Buffer.alloc(300),
    });
    client.session.push(partial.subarray(0, 12 + 128));
    expect(closeOf(client.command('publish', 5, null, 'key'))).toBe('COMMAND_OUT_OF_ORDER');
  });

  test.each(['play', 'play2'])('at %s, and says where to play', (name) => {
    const actions = opened('createStream').command(name, 5, null, 'key');
    expect(commandsIn(actions).map(readStatus)).toMatchObject([
      { level: 'error', code: 'NetStream.Play.Failed' },
    ]);
    expect(closeOf(actions)).toBe('PLAY_REFUSED');
  });

  test.each([8, 9, 22])('at media (type %d) before publish', (typeId) => {
    const media = { chunkStreamId: 4, timestampMs: 0, typeId, messageStreamId: 1, payload: Buffer.alloc(4) };
    expect(closeOf(opened('createStream').write(media))).toBe('MEDIA_BEFORE_PUBLISH');
  });

  test('after 64 messages without a publish', () => {
    const client = opened();
    for (let count = 1; count < 64; count++)
      expect(closeOf(client.command('releaseStream', 0))).toBeUndefined();
    expect(closeOf(client.command('releaseStream', 0))).toBe('MESSAGES_BEFORE_PUBLISH');
  });

  test('after 64 KiB without a publish, in one push or in many', () => {
    const data = new ChunkWriter();
    const filler = Buffer.concat(
      Array.from({ length: 20 }, () =>
        data.write({
          chunkStreamId: 9,
          timestampMs: 0,
          typeId: 18,
          messageStreamId: 0,
          payload: Buffer.alloc(4000),
        }),
      ),
    );
    expect(closeOf(opened().session.push(filler))).toBe('BYTES_BEFORE_PUBLISH');
    const { session } = opened();
    const codes = cut(
      filler,
      Array.from({ length: 80 }, (_, index) => index * 1000),
    ).flatMap((piece) => closeOf(session.push(piece)) ?? []);
    expect(codes).toEqual(['BYTES_BEFORE_PUBLISH']);
  });

  test('when too much comes while its owner decides', () => {
    const client = opened('createStream');
    client.command('publish', 5, null, 'key');
    expect(client.session.push(Buffer.alloc(256 * 1024))).toEqual([]);
    expect(closeOf(client.session.push(Buffer.alloc(1)))).toBe('BYTES_WHILE_WAITING');
    expect(() => client.session.handover()).toThrow(RangeError);
  });

  test.each([
    ['a web browser', 'GET / HTTP/1.1\r\n', 'HANDSHAKE_BAD_VERSION'],
    ['TLS on the plain port', '\x16\x03\x01', 'HANDSHAKE_BAD_VERSION'],
    ['RTMPE', '\x06', 'HANDSHAKE_ENCRYPTED'],
  ])('at %s', (_name, text, code) => {
    expect(closeOf(new RtmpServerSession().push(Buffer.from(text, 'latin1')))).toBe(code);
  });

  test.each([
    ['a message over 64 KiB', bytesOf('03 000000 010001 14 00000000'), 'MESSAGE_TOO_LONG'],
    ...unreadableFrom.map((bad) => [bad.name, chunkOf(bad), bad.code] as const),
    ['a publish that is cut off', chunkOf({ name: '', typeId: 20, hex: cutOff('publish') }), 'AMF_TRUNCATED'],
    ['a connect that is cut off', chunkOf({ name: '', typeId: 20, hex: cutOff('connect') }), 'AMF_TRUNCATED'],
  ])('at %s, in words', (_name, bytes, code) => {
    const client = opened();
    const actions = client.session.push(bytes);
    expect(closeOf(actions)).toBe(code);
    expect(commandsIn(actions).map(readStatus)).toEqual([
      expect.objectContaining({ level: 'error', code: 'NetStream.Publish.Rejected' }),
    ]);
    expect(client.session.push(Buffer.alloc(10))).toEqual([]);
  });

  test('at most once and without ever throwing, whatever comes', () => {
    const commands = fc.constantFrom(...captures.map(({ hex }) => bytesOf(hex)));
    const damaged = fc
      .tuple(commands, fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { maxLength: 4 }))
      .map(([bytes, changes]) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        return copy;
      });
    fc.assert(
      fc.property(
        fc.oneof(damaged, fc.uint8Array({ maxLength: 400 })),
        fc.array(fc.nat(1500)),
        (bytes, at) => {
          const { session } = open();
          const actions = cut(bytes, at).flatMap((piece) => session.push(piece));
          const last = actions.findIndex(({ type }) => type === 'close');
          if (last >= 0) expect(last).toBe(actions.length - 1);
        },
      ),
      { numRuns: 500 },
    );
  });
});
