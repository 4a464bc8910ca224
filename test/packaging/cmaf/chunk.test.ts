import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CmafChunk, type CmafSample, mediaChunk } from '../../../lib/packaging/cmaf/chunk.ts';
import { CmafError } from '../../../lib/packaging/cmaf/errors.ts';
import { eventMessageBox } from '../../../lib/packaging/cmaf/event-message.ts';
import { fromNtp, toNtp } from '../../../lib/packaging/cmaf/producer-reference.ts';
import { parseChunks } from '../../../lib/packaging/cmaf/reader.ts';

const anySample: fc.Arbitrary<CmafSample> = fc.record({
  durationTicks: fc.constantFrom(3600, 3600, 3003, 0, 0xffff_ffff),
  data: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  keyframe: fc.boolean(),
  compositionOffsetTicks: fc.constantFrom(0, 0, 7200, -3600, -(2 ** 31), 2 ** 31 - 1),
});
const frame = (keyframe: boolean, durationTicks = 3000): CmafSample => ({
  durationTicks,
  keyframe,
  data: Buffer.from([1, 2, 3]),
});
const bytesOf = (chunk: CmafChunk): Buffer => Buffer.concat(mediaChunk(chunk));

describe('mediaChunk', () => {
  test('is read back as it was written, whatever the samples are', () => {
    fc.assert(
      fc.property(
        fc.array(anySample, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.bigInt(0n, 2n ** 64n - 1n),
        (samples, sequenceNumber, baseMediaDecodeTime) => {
          const [read, ...others] = parseChunks(
            bytesOf({ sequenceNumber, baseMediaDecodeTime, samples, trackId: 7 }),
          );
          expect(others).toEqual([]);
          expect(read).toEqual({
            sequenceNumber,
            trackId: 7,
            baseMediaDecodeTime,
            durationTicks: samples.reduce((sum, sample) => sum + sample.durationTicks, 0),
            samples,
            stypBrands: [],
            producerReference: undefined,
            eventCount: 0,
          });
        },
      ),
    );
  });

  test('keeps time: durations sum up to the next tfdt', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anySample, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 }),
        (groups) => {
          let time = 0;
          const parts = groups.map((samples, index) => {
            const bytes = bytesOf({ sequenceNumber: index + 1, baseMediaDecodeTime: time, samples });
            time += samples.reduce((sum, { durationTicks }) => sum + durationTicks, 0);
            return bytes;
          });
          const read = parseChunks(Buffer.concat(parts));
          for (const [index, chunk] of read.slice(1).entries()) {
            const before = read[index]!;
            expect(chunk.baseMediaDecodeTime).toBe(before.baseMediaDecodeTime + BigInt(before.durationTicks));
          }
        },
      ),
    );
  });

  test('does not copy the samples', () => {
    const samples = [frame(true), frame(false)];
    const [, first, second] = mediaChunk({ sequenceNumber: 1, baseMediaDecodeTime: 0, samples });
    expect(first).toBe(samples[0]!.data);
    expect(second).toBe(samples[1]!.data);
  });

  test('spends 108 bytes on the boxes of a one-frame chunk', () => {
    const [head] = mediaChunk({ sequenceNumber: 1, baseMediaDecodeTime: 0, samples: [frame(true)] });
    expect(head?.length).toBe(108);
  });

  test('puts styp, prft and emsg before the moof, in this order', () => {
    const event = eventMessageBox({
      schemeIdUri: 'urn:example:1',
      value: 'né',
      timescale: 1000,
      presentationTime: 5n,
      durationTicks: 0,
      id: 3,
      data: Buffer.from('x'),
    });
    const bytes = bytesOf({
      sequenceNumber: 1,
      baseMediaDecodeTime: 180_000,
      samples: [frame(true)],
      styp: 'segment',
      producerReference: { wallClockMs: 1_790_000_000_123.5, mediaTime: 180_000, when: 'captured' },
      events: [event, event],
    });
    const places = ['styp', 'prft', 'emsg', 'moof', 'mdat'].map((type) => bytes.indexOf(type, 0, 'latin1'));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBe(4);
    expect(parseChunks(bytes)[0]).toMatchObject({
      stypBrands: ['cmfs', 'cmff', 'cmfl', 'msdh'],
      producerReference: { mediaTime: 180_000n },
      eventCount: 2,
    });
    expect(parseChunks(bytes)[0]?.producerReference?.wallClockMs).toBeCloseTo(1_790_000_000_123.5, 3);
    expect(bytes.readUInt32BE(places[1]! + 4)).toBe(0x0100_0018);
  });

  test.each<[string, Partial<CmafChunk>]>([
    ['no samples', { samples: [] }],
    ['a negative time', { baseMediaDecodeTime: -1 }],
    ['a time between ticks', { baseMediaDecodeTime: 0.5 }],
    ['a negative duration', { samples: [frame(true, -1)] }],
    ['an offset beyond 32 bits', { samples: [{ ...frame(true), compositionOffsetTicks: 2 ** 31 }] }],
  ])('refuses %s', (_, fault) => {
    const chunk = { sequenceNumber: 1, baseMediaDecodeTime: 0, samples: [frame(true)], ...fault };
    expect(() => mediaChunk(chunk)).toThrow(expect.objectContaining({ code: 'CMAF_BAD_INPUT' }));
  });
});

test('emsg version 1 has its fields in order', () => {
  const event = eventMessageBox({
    schemeIdUri: 'urn:a',
    value: 'b',
    timescale: 1000,
    presentationTime: 2 ** 33,
    durationTicks: 500,
    id: 9,
    data: Buffer.from([0xff]),
  });
  const fields = ['00000029', '656d7367', '01000000', '000003e8', '0000000200000000', '000001f4', '00000009'];
  expect(event.toString('hex')).toBe(`${fields.join('')}75726e3a6100${'6200'}ff`);
});

test('NTP time begins in 1900 and keeps fractions', () => {
  expect(toNtp(0)).toBe(2_208_988_800n << 32n);
  expect(toNtp(1500)).toBe((2_208_988_801n << 32n) + 0x8000_0000n);
  expect(fromNtp(toNtp(1_790_000_000_123.25))).toBeCloseTo(1_790_000_000_123.25, 3);
});

describe('parseChunks', () => {
  const whole = bytesOf({
    sequenceNumber: 1,
    baseMediaDecodeTime: 0,
    samples: [frame(true), frame(false)],
    styp: 'segment',
  });

  test('refuses a chunk cut off anywhere', () => {
    for (let length = 1; length < whole.length; length++) {
      expect(() => parseChunks(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'CMAF_BAD_BOX' }),
      );
    }
  });

  test('any change of any byte is read or refused with a CmafError', () => {
    const wrong: object[] = [];
    for (let at = 0; at < whole.length; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = Buffer.from(whole);
        bytes[at] = value;
        const result = readOrRefuse(bytes);
        if (result !== 1 && !(result instanceof CmafError)) wrong.push({ at, value, result });
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each<[string, (bytes: Buffer) => void]>([
    ['a data offset that leads elsewhere', (bytes) => bytes.writeInt32BE(9, bytes.indexOf('trun') + 12)],
    ['samples that do not fill the mdat', (bytes) => bytes.writeUInt32BE(2, bytes.indexOf('trun') + 20)],
    ['a box that is not of a chunk', (bytes) => bytes.write('sidx', 4, 'latin1')],
    ['a tfdt of version 0', (bytes) => bytes.writeUInt8(0, bytes.indexOf('tfdt') + 4)],
  ])('refuses %s', (_, spoil) => {
    const bytes = Buffer.from(whole);
    spoil(bytes);
    expect(() => parseChunks(bytes)).toThrow(expect.objectContaining({ code: 'CMAF_BAD_BOX' }));
  });
});

/** How many chunks were read, or why none was. */
function readOrRefuse(bytes: Buffer): unknown {
  try {
    return parseChunks(bytes).length;
  } catch (error) {
    return error;
  }
}
