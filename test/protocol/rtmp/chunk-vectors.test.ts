import { describe, expect, test } from '@jest/globals';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { badChunks, type ChunkVector, chunkVectors } from '../../vectors/rtmp/chunks.ts';
import { bytesOf, cut, read, scan } from './wire.ts';

const stateOf = ({ chunkSize = 128 }: ChunkVector) => ({ chunkSize, streams: [] });
const scanned = ({ messages }: ChunkVector) =>
  messages.map(({ id, time, type, stream, hex }) => ({ id, time, type, stream, length: hex.length / 2 }));

describe('chunk vectors', () => {
  test.each(chunkVectors)('reader: $name', (vector) => {
    const outcome = read([bytesOf(vector.hex)], {}, stateOf(vector));
    expect(outcome.code).toBeUndefined();
    expect(outcome.messages).toEqual(vector.messages);
    expect(outcome.state).toBeDefined();
  });

  test.each(chunkVectors)('reader, cut in two at every byte and into single bytes: $name', (vector) => {
    const bytes = bytesOf(vector.hex);
    const whole = read([bytes], {}, stateOf(vector));
    for (let at = 1; at < bytes.length; at++) {
      expect(read(cut(bytes, [at]), {}, stateOf(vector))).toEqual(whole);
    }
    expect(read(cut(bytes, [...bytes.keys()]), {}, stateOf(vector))).toEqual(whole);
  });

  test.each(chunkVectors)('scanner: $name', (vector) => {
    const { messages, code, state } = scan([bytesOf(vector.hex)], {}, stateOf(vector));
    expect(code).toBeUndefined();
    expect(messages).toMatchObject(scanned(vector));
    expect(state).toEqual(read([bytesOf(vector.hex)], {}, stateOf(vector)).state);
  });

  test.each(chunkVectors)('scanner, cut in two at every byte and into single bytes: $name', (vector) => {
    const bytes = bytesOf(vector.hex);
    const whole = scan([bytes], {}, stateOf(vector));
    for (let at = 1; at < bytes.length; at++) {
      expect(scan(cut(bytes, [at]), {}, stateOf(vector))).toEqual(whole);
    }
    expect(scan(cut(bytes, [...bytes.keys()]), {}, stateOf(vector))).toEqual(whole);
  });

  test.each(chunkVectors.filter((vector) => !vector.readOnly))('writer: $name', (vector) => {
    const writer = new ChunkWriter(vector.chunkSize);
    const chunks = vector.messages.map(({ id, time, type, stream, hex }) =>
      writer.write({
        chunkStreamId: id,
        timestampMs: time,
        typeId: type,
        messageStreamId: stream,
        payload: bytesOf(hex),
      }),
    );
    expect(Buffer.concat(chunks).toString('hex')).toBe(bytesOf(vector.hex).toString('hex'));
  });

  test.each(badChunks)('refused by reader and scanner however cut: $name', ({ hex, code, limits }) => {
    const bytes = bytesOf(hex);
    const whole = read([bytes], limits);
    expect(whole.code).toBe(code);
    expect(scan([bytes], limits).code).toBe(code);
    for (let at = 1; at < bytes.length; at++) {
      expect(read(cut(bytes, [at]), limits)).toMatchObject({ code, messages: whole.messages });
      expect(scan(cut(bytes, [at]), limits).code).toBe(code);
    }
  });
});
