import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AckCounter } from '../../../lib/protocol/rtmp/acknowledgement.ts';
import type { RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { decodeControl, encodeControl } from '../../../lib/protocol/rtmp/messages.ts';
import { badControl, controlVectors } from '../../vectors/rtmp/control.ts';
import { bytesOf, codeOf, onlyProtocolErrors } from './wire.ts';

const message = (typeId: number, payload: Uint8Array): RtmpMessage => ({
  chunkStreamId: 2,
  timestampMs: 0,
  typeId,
  messageStreamId: 0,
  payload: Buffer.from(payload),
});

describe('control messages', () => {
  test.each(controlVectors)('reads $message.kind $hex', ({ message: value, typeId, hex }) => {
    expect(decodeControl(message(typeId, bytesOf(hex)))).toEqual(value);
  });

  test.each(controlVectors)('writes $message.kind $hex', ({ message: value, typeId, hex }) => {
    expect(encodeControl(value)).toEqual(message(typeId, bytesOf(hex)));
  });

  test.each(badControl)('refuses $name', ({ typeId, hex }) => {
    expect(codeOf(() => decodeControl(message(typeId, bytesOf(hex))))).toBe('CONTROL_MALFORMED');
  });

  test('leaves media, commands and unknown user events alone', () => {
    for (const typeId of [8, 9, 18, 20, 22]) {
      expect(decodeControl(message(typeId, bytesOf('00')))).toBeUndefined();
    }
    expect(decodeControl(message(4, bytesOf('001f 00')))).toBeUndefined();
  });

  test('throws nothing but protocol errors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.nat(7), fc.uint8Array({ maxLength: 12 }), (typeId, payload) =>
        onlyProtocolErrors(() => decodeControl(message(typeId, payload))),
      ),
    );
  });
});

describe('acknowledgements', () => {
  test('are due each time half of the window has come in', () => {
    const counter = new AckCounter(100_000);
    expect(counter.received(49_999)).toBeUndefined();
    expect(counter.received(1)).toBe(50_000);
    expect(counter.received(49_999)).toBeUndefined();
    expect(counter.received(70_000)).toBe(169_999);
    expect(counter.received(1)).toBeUndefined();
  });

  test('follow a window that is set on the way', () => {
    const counter = new AckCounter();
    expect(counter.received(1_249_999)).toBeUndefined();
    counter.setWindow(100_000);
    expect(counter.windowBytes).toBe(100_000);
    expect(counter.received(1)).toBe(1_250_000);
  });

  test('are not sent for every packet to a peer that names a window of 0', () => {
    const counter = new AckCounter(100);
    counter.setWindow(0);
    expect(counter.received(1)).toBeUndefined();
    expect(counter.received(4095)).toBe(4096);
  });

  test('count modulo 2³²', () => {
    const counter = new AckCounter(100_000, 2 ** 32 - 10);
    expect(counter.received(50_000)).toBe(49_990);
    expect(counter.receivedBytes).toBe(2 ** 32 + 49_990);
  });
});
