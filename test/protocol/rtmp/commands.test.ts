import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeAmf0 } from '../../../lib/protocol/rtmp/amf0.ts';
import type { RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import {
  decodeCommand,
  encodeCommand,
  isUnpublish,
  readMetaData,
  readStatus,
  statusCommand,
} from '../../../lib/protocol/rtmp/commands.ts';
import { bytesOf, codeOf, onlyProtocolErrors } from './wire.ts';

const message = (typeId: number, payload: Uint8Array): RtmpMessage => ({
  chunkStreamId: 3,
  timestampMs: 0,
  typeId,
  messageStreamId: 0,
  payload: Buffer.from(payload),
});

describe('commands', () => {
  const connect = { name: 'connect', transactionId: 1, args: [{ app: 'live' }] };
  const hex = '02 0007 636f6e6e656374 00 3ff0000000000000 03 0003 617070 02 0004 6c697665 000009';

  test('are written and read as AMF 0', () => {
    expect(encodeCommand(connect)).toEqual(message(20, bytesOf(hex)));
    expect(decodeCommand(message(20, bytesOf(hex)))).toEqual(connect);
  });

  test('are read from AMF 3 messages, with the zero byte and without', () => {
    expect(decodeCommand(message(17, bytesOf(`00 ${hex}`)))).toEqual(connect);
    expect(decodeCommand(message(17, bytesOf(hex)))).toEqual(connect);
  });

  test('are not found in other messages', () => {
    expect(decodeCommand(message(18, bytesOf(hex)))).toBeUndefined();
    expect(isUnpublish(message(18, encodeAmf0(['deleteStream'])))).toBe(false);
  });

  test('may leave the transaction id out', () => {
    expect(decodeCommand(message(20, encodeAmf0(['onBWDone'])))).toEqual({
      name: 'onBWDone',
      transactionId: 0,
      args: [],
    });
  });

  test.each([
    ['an empty message', ''],
    ['a number for a name', '00 3ff0000000000000'],
    ['a string for a transaction id', '02 0001 61 02 0001 62'],
  ])('are refused with %s', (_name, bad) => {
    expect(codeOf(() => decodeCommand(message(20, bytesOf(bad))))).toBe('COMMAND_MALFORMED');
  });

  test.each(['FCUnpublish', 'deleteStream', 'closeStream'])('%s is the publisher’s own end', (name) => {
    const command = { name, transactionId: 5, args: [null, 1] };
    expect(isUnpublish(encodeCommand(command))).toBe(true);
    const amf3 = Buffer.concat([Buffer.of(0), encodeCommand(command).payload]);
    expect(isUnpublish(message(17, amf3))).toBe(true);
  });

  test('nothing else is the publisher’s own end, garbage least of all', () => {
    expect(isUnpublish(encodeCommand({ name: 'publish', transactionId: 5, args: [null, 'k'] }))).toBe(false);
    for (const bad of ['', '02', '02ffff', '02 0005 64', 'ff'])
      expect(isUnpublish(message(20, bytesOf(bad)))).toBe(false);
  });

  test('onStatus is read back as it was written', () => {
    const status = { level: 'error', code: 'NetStream.Publish.BadName', description: 'Busy.' } as const;
    const command = decodeCommand(encodeCommand(statusCommand(status), 1));
    expect(command?.name).toBe('onStatus');
    expect(command && readStatus(command)).toEqual(status);
  });

  test('an answer without an information object has no status', () => {
    expect(readStatus({ name: '_result', transactionId: 2, args: [null, 1] })).toBeUndefined();
    expect(readStatus({ name: '_result', transactionId: 2, args: [] })).toBeUndefined();
    expect(
      readStatus({ name: '_result', transactionId: 2, args: [null, { level: 'error' }] }),
    ).toBeUndefined();
  });

  test('throw nothing but protocol errors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(15, 17, 18, 20), fc.uint8Array({ maxLength: 60 }), (typeId, payload) => {
        onlyProtocolErrors(() => decodeCommand(message(typeId, payload)));
        onlyProtocolErrors(() => readMetaData(message(typeId, payload)));
        isUnpublish(message(typeId, payload));
      }),
      { numRuns: 500 },
    );
  });
});

describe('onMetaData', () => {
  const data = { width: 1280, height: 720 };

  test.each([
    ['an object', encodeAmf0(['onMetaData', data])],
    ['an ECMA array', encodeAmf0(['onMetaData', new Map(Object.entries(data))])],
    ['an object after @setDataFrame', encodeAmf0(['@setDataFrame', 'onMetaData', data])],
    [
      'an ECMA array after @setDataFrame',
      encodeAmf0(['@setDataFrame', 'onMetaData', new Map(Object.entries(data))]),
    ],
  ])('is read from %s', (_name, payload) => {
    expect(readMetaData(message(18, payload))).toEqual(data);
    expect(readMetaData(message(15, Buffer.concat([Buffer.of(0), payload])))).toEqual(data);
  });

  test('is not found in other data, without an object, or in other messages', () => {
    expect(readMetaData(message(18, encodeAmf0(['onTextData', data])))).toBeUndefined();
    expect(readMetaData(message(18, encodeAmf0(['onMetaData', 7])))).toBeUndefined();
    expect(readMetaData(message(18, encodeAmf0(['@setDataFrame'])))).toBeUndefined();
    expect(readMetaData(message(18, Buffer.alloc(0)))).toBeUndefined();
    expect(readMetaData(message(20, encodeAmf0(['onMetaData', data])))).toBeUndefined();
  });
});
