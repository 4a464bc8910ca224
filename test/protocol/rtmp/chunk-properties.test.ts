import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChunkReader, type RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { ChunkScanner, type ScannedMessage } from '../../../lib/protocol/rtmp/chunk-scanner.ts';
import { decodeChunkState, encodeChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { anyPlan, bytesOf, codeOf, cut, plain, putOnWire, read, scan } from './wire.ts';

const plans = fc.array(anyPlan, { maxLength: 12 });
const order = fc.array(fc.nat(100), { minLength: 1, maxLength: 40 });
const chunkSize = fc.constantFrom(1, 2, 3, 128, 129, 4096);
const cuts = fc.array(fc.nat(4000), { maxLength: 30 });
const limits = { maxMessageBytes: 4096, maxPartialBytes: 6000 };

describe('chunks', () => {
  test('the reader gives every message of any interleaving, however its bytes are cut', () => {
    fc.assert(
      fc.property(plans, order, chunkSize, cuts, (list, turns, size, at) => {
        const { bytes, messages } = putOnWire(list, turns, size);
        const outcome = read(cut(bytes, at), {}, { chunkSize: size, streams: [] });
        expect(outcome.messages).toEqual(messages);
        expect(outcome.code).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test('the scanner sees what the reader reads, however either is cut', () => {
    fc.assert(
      fc.property(plans, order, chunkSize, cuts, cuts, (list, turns, size, at, otherAt) => {
        const { bytes, messages } = putOnWire(list, turns, size);
        const state = { chunkSize: size, streams: [] };
        const outcome = scan(cut(bytes, at), {}, state);
        expect(
          outcome.messages.map(({ id, time, type, stream, length }) => ({ id, time, type, stream, length })),
        ).toEqual(messages.map(({ hex, ...rest }) => ({ ...rest, length: hex.length / 2 })));
        expect(outcome.messages.map(({ byte0, byte1 }) => [byte0, byte1])).toEqual(
          messages.map(({ hex }) => {
            const bytes = Buffer.from(hex, 'hex');
            return [bytes[0] ?? -1, bytes[1] ?? -1];
          }),
        );
        expect(outcome).toEqual(scan(cut(bytes, otherAt), {}, state));
        expect(outcome.state).toEqual(read([bytes], {}, state).state);
      }),
      { numRuns: 200 },
    );
  });

  test('a reader takes over at any clean end with the state taken there', () => {
    fc.assert(
      fc.property(plans, order, chunkSize, (list, turns, size) => {
        const { bytes, messages } = putOnWire(list, turns, size);
        const state = { chunkSize: size, streams: [] };
        for (const [index, { end, cleanEnd }] of scan([bytes], {}, state).messages.entries()) {
          if (!cleanEnd) continue;
          const taken = scan([bytes.subarray(0, end)], {}, state).state;
          expect(taken).toBeDefined();
          const overTheLink = decodeChunkState(encodeChunkState(taken!));
          expect(read([bytes.subarray(end)], {}, overTheLink).messages).toEqual(messages.slice(index + 1));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a reader takes over at any clean start with the state before the message', () => {
    fc.assert(
      fc.property(plans, order, chunkSize, cuts, (list, turns, size, at) => {
        const { bytes } = putOnWire(list, turns, size);
        const state = { chunkSize: size, streams: [] };
        const { starts, messages } = scan(cut(bytes, at), {}, state);
        const all = read([bytes], {}, state).messages;
        for (const { start, before } of starts) {
          if (before === undefined) continue;
          const rest = read([bytes.subarray(start)], {}, before);
          expect(rest.code).toBeUndefined();
          expect(rest.messages).toEqual(all.slice(messages.filter(({ end }) => end <= start).length));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('every clean start in chunks of two bytes or more comes with its state', () => {
    const { bytes } = putOnWire(
      [1, 2, 3].map((time) => ({ id: 4, type: 9, stream: 1, length: 300, time, format: 3 })),
      [0],
      128,
    );
    for (const at of bytes.keys()) {
      expect(scan(cut(bytes, [at])).starts.map(({ before }) => before !== undefined)).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  test('the writer’s chunks are read back', () => {
    const steps = fc.array(fc.tuple(anyPlan, fc.option(fc.integer({ min: 1, max: 5000 }))), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const writer = new ChunkWriter();
        const messages: RtmpMessage[] = [];
        const bytes = list.flatMap(([{ id, time, type, stream, length }, size]) => {
          const payload = Buffer.alloc(length, time);
          const message = {
            chunkStreamId: id,
            timestampMs: time,
            typeId: type,
            messageStreamId: stream,
            payload,
          };
          messages.push(message);
          return [...(size === null ? [] : [writer.setChunkSize(size)]), writer.write(message)];
        });
        const outcome = read(bytes);
        expect(outcome.messages.filter(({ type }) => type !== 1)).toEqual(messages.map(plain));
      }),
      { numRuns: 200 },
    );
  });
});

describe('hostile chunks', () => {
  /** Valid chunks with some bytes changed: they get further than noise does. */
  const damaged = fc
    .tuple(plans, order, chunkSize, fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 8 }))
    .map(([list, turns, size, changes]) => {
      const { bytes } = putOnWire(list, turns, size);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  const noise = fc.uint8Array({ maxLength: 600 });

  test('end in a protocol error or in nothing, the same one for reader and scanner at any cut', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, noise), cuts, cuts, (bytes, at, otherAt) => {
        const reader = read(cut(bytes, at), limits);
        const scanner = scan(cut(bytes, otherAt), limits);
        expect(scanner.code).toBe(reader.code);
        expect(scanner.state).toEqual(reader.state);
        expect(
          scanner.messages.map(({ id, time, type, stream, length }) => ({ id, time, type, stream, length })),
        ).toEqual(reader.messages.map(({ hex, ...rest }) => ({ ...rest, length: hex.length / 2 })));
      }),
      { numRuns: 600 },
    );
  });

  test('hold no memory by what they declare: 64 messages of 8 MiB that stop after a byte', () => {
    const reader = new ChunkReader(() => {}, { maxPartialBytes: 64 * 8 * 1024 * 1024 });
    const before = process.memoryUsage().arrayBuffers;
    for (let id = 0; id < 62; id++) {
      reader.push(Buffer.from([id + 2, 0, 0, 0, 0x80, 0, 0, 9, 1, 0, 0, 0, 0x17]));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(reader.clean).toBe(false);
  });

  test('hold little more than what has come where many messages begin in one buffer', () => {
    const reader = new ChunkReader(() => {}, { maxPartialBytes: 64 * 8 * 1024 * 1024 });
    reader.push(new ChunkWriter().setChunkSize(4096));
    const head = (id: number) => Buffer.from([id, 0, 0, 0, 0x80, 0, 0, 9, 1, 0, 0, 0]);
    const bytes = Buffer.concat(
      Array.from({ length: 60 }, (_, index) => [head(index + 3), Buffer.alloc(4096)]).flat(),
    );
    const before = process.memoryUsage().arrayBuffers;
    reader.push(bytes);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  test('count what is unfinished up to the very limit, and no longer than it is unfinished', () => {
    const tight = { maxMessageBytes: 256, maxPartialBytes: 256 };
    const message = (hex: string, id = '04') => bytesOf(`${id} 000000 ${hex} 08 01000000`);
    const half = [message('0000c8'), Buffer.alloc(128)];
    const other = [message('0000c8', '05'), Buffer.alloc(128)];
    expect(read([...half, ...other], tight).code).toBeUndefined();
    expect(read([...half, ...other, bytesOf('c4'), Buffer.alloc(1)], tight).code).toBe('TOO_MUCH_PARTIAL');
    const whole = [message('000080'), Buffer.alloc(128)];
    const many = Array.from({ length: 20 }, () => whole).flat();
    expect(read(many, tight).code).toBeUndefined();
    const aborted = [...half, bytesOf('02 000000 000004 02 00000000 00000004')];
    expect(read(Array.from({ length: 20 }, () => aborted).flat(), tight).code).toBeUndefined();
  });

  test('hold at most twice what has come of a message', () => {
    const reader = new ChunkReader(() => {});
    reader.push(new ChunkWriter().setChunkSize(0xffffff));
    const before = process.memoryUsage().arrayBuffers;
    reader.push(Buffer.from([4, 0, 0, 0, 0x80, 0, 0, 9, 1, 0, 0, 0]));
    const piece = Buffer.alloc(1000);
    for (let sent = 0; sent < 1_000_000; sent += piece.length) reader.push(piece);
    // What was outgrown may not be collected yet: it adds up to the last size once more.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
  });

  test('cannot open chunk streams without end', () => {
    const opened = (count: number) =>
      Buffer.concat(
        Array.from({ length: count }, (_, index) => Buffer.from([0, index, 0, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0])),
      );
    expect(read([opened(64)]).code).toBeUndefined();
    expect(read([opened(65)]).code).toBe('TOO_MANY_CHUNK_STREAMS');
  });
});

describe('a scanner', () => {
  const two = putOnWire(
    [
      { id: 6, type: 9, stream: 1, length: 300, time: 1, format: 0 },
      { id: 4, type: 8, stream: 1, length: 10, time: 2, format: 0 },
    ],
    [0, 0, 0, 0],
    128,
  );

  test('keeps the payload of the messages that are asked for, and of no others', () => {
    const kept: (string | undefined)[] = [];
    const scanner = new ChunkScanner({
      onStart: ({ typeId }) => typeId === 9,
      onEnd: ({ payload }) => kept.push(payload?.toString('hex')),
    });
    for (const piece of cut(two.bytes, [13, 100, 200])) scanner.push(piece);
    expect(kept).toEqual([two.messages[0]?.hex, undefined]);
  });

  test('keeps only the first bytes where no more are asked for', () => {
    const kept: (string | undefined)[] = [];
    const scanner = new ChunkScanner({
      onStart: ({ typeId }) => (typeId === 9 ? 150 : 1_000),
      onEnd: ({ payload }) => kept.push(payload?.toString('hex')),
    });
    for (const piece of cut(two.bytes, [13, 100, 200])) scanner.push(piece);
    expect(kept).toEqual([two.messages[0]?.hex?.slice(0, 300), two.messages[1]?.hex]);
  });

  test('stops after a message where it is paused, and goes on with the rest', () => {
    let ended = 0;
    const scanner = new ChunkScanner({
      onEnd: () => {
        ended++;
        scanner.pause();
      },
    });
    const used = scanner.push(two.bytes);
    expect(ended).toBe(1);
    expect(used).toBe(scanner.scannedBytes);
    expect(used).toBeLessThan(two.bytes.length);
    expect(scanner.push(two.bytes.subarray(used))).toBe(two.bytes.length - used);
    expect(ended).toBe(2);
  });

  test('gives no state while a message is partial', () => {
    const scanner = new ChunkScanner({ onEnd: () => {} });
    for (const byte of two.bytes) {
      scanner.push(Buffer.of(byte));
      if (scanner.clean) expect(scanner.snapshot().streams.length).toBeGreaterThan(0);
      else expect(() => scanner.snapshot()).toThrow(RangeError);
    }
    expect(scanner.clean).toBe(true);
  });

  test('gives no earlier state to a message that begins inside another', () => {
    const { bytes } = putOnWire(
      [
        { id: 6, type: 9, stream: 1, length: 300, time: 1, format: 0 },
        { id: 4, type: 8, stream: 1, length: 10, time: 2, format: 0 },
      ],
      [0, 1, 0, 0],
      128,
    );
    const faults: boolean[] = [];
    const scanner = new ChunkScanner({
      onStart: ({ cleanStart }) => {
        if (!cleanStart) expect(() => scanner.snapshotAtStart()).toThrow(RangeError);
        faults.push(!cleanStart);
        return false;
      },
      onEnd: () => {},
    });
    scanner.push(bytes);
    expect(faults).toEqual([false, true]);
  });

  test('gives no earlier state where chunks of one byte put another message before the first two bytes', () => {
    const plan = { type: 9, stream: 1, length: 3, time: 1, format: 0 };
    const { bytes } = putOnWire(
      [
        { ...plan, id: 4 },
        { ...plan, id: 6 },
      ],
      [0, 1, 0, 1, 0, 0],
      1,
    );
    const { starts } = scan([bytes], {}, { chunkSize: 1, streams: [] });
    expect(starts.map(({ before }) => before)).toEqual([undefined, undefined]);
  });

  test('takes the largest chunk size for what it means', () => {
    const scanner = new ChunkScanner({ onEnd: () => {} });
    scanner.push(bytesOf('02 000000 000004 01 00000000 7fffffff'));
    expect(scanner.chunkSize).toBe(0xffffff);
    expect(decodeChunkState(encodeChunkState(scanner.snapshot())).chunkSize).toBe(0xffffff);
  });

  test('lets go of payload once it has handed it over', () => {
    let record: ScannedMessage | undefined;
    const scanner = new ChunkScanner({
      onStart: () => true,
      onEnd: (message) => {
        expect(message.payload).toBeDefined();
        record = message;
      },
    });
    scanner.push(two.bytes);
    expect(record?.payload).toBeUndefined();
  });

  test('lets a fault of its handler through', () => {
    const scanner = new ChunkScanner({
      onEnd: () => {
        throw new TypeError('the handler’s own');
      },
    });
    expect(() => scanner.push(two.bytes)).toThrow(TypeError);
  });
});

describe('the binary chunk state', () => {
  const state = {
    chunkSize: 4096,
    streams: [
      {
        chunkStreamId: 6,
        timestampMs: 0xfffffff0,
        timestampDeltaMs: 33,
        length: 70_000,
        typeId: 9,
        messageStreamId: 1,
        extendedTimestamp: true,
      },
    ],
  };
  const hex = '00001000 00000006 fffffff0 00000021 00011170 09 00000001 01'.replaceAll(' ', '');

  test('is written and read as the relay link lays it out', () => {
    expect(encodeChunkState(state).toString('hex')).toBe(hex);
    expect(decodeChunkState(Buffer.from(hex, 'hex'))).toEqual(state);
  });

  test.each([
    ['an empty one', ''],
    ['one cut short', hex.slice(0, -2)],
    ['chunk size 0', `00000000${hex.slice(8)}`],
    ['a chunk size over 16,777,215', `01000000${hex.slice(8)}`],
    ['chunk stream 1', hex.replace('00000006', '00000001')],
    ['chunk stream 65,600', hex.replace('00000006', '00010040')],
    ['the same chunk stream twice', `${hex}${hex.slice(8)}`],
    ['a message over 16 MiB', hex.replace('00011170', '01000000')],
    ['a flag that is neither 0 nor 1', `${hex.slice(0, -2)}02`],
  ])('refuses %s', (_name, bad) => {
    expect(codeOf(() => decodeChunkState(Buffer.from(bad, 'hex')))).toBe('CHUNK_STATE_MALFORMED');
  });

  test('throws nothing but protocol errors, and reads back what it accepts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        codeOf(() => {
          const decoded = decodeChunkState(bytes);
          expect(encodeChunkState(decoded)).toEqual(Buffer.from(bytes));
        });
      }),
    );
  });
});
