import { describe, expect, test } from '@jest/globals';
import {
  captionData,
  mostConstructs,
  withCaptionData,
} from '../../../lib/packaging/codec/avc-caption-data.ts';
import { captionSei, dtvccPacket, inField, lengthPrefixed, popOn } from '../../../testkit/media/captions.ts';

const delimiter = lengthPrefixed(Buffer.from([0x09, 0xf0]));
const recovery = lengthPrefixed(Buffer.from([0x06, 0x06, 0x01, 0xc4, 0x80]));
const slice = lengthPrefixed(Buffer.from([0x65, 0x88, 0x84]));
const sample = (...units: Buffer[]) => Buffer.concat([delimiter, ...units, slice]);
const hello = inField(popOn('Hello'));
const bytesOf = (constructs: readonly (readonly number[])[]) => Buffer.from(constructs.flat());

describe('the captions of a picture', () => {
  test('are read without what only fills up', () => {
    const [first, ...rest] = hello;
    const filled = [first!, [0xfa, 0, 0] as const, [0xfc, 0x80, 0x80] as const, ...rest];
    expect(captionData(sample(lengthPrefixed(captionSei(filled))))).toEqual(bytesOf(hello));
  });

  test('are replaced, in front of the picture and behind what else it says', () => {
    const own = sample(recovery, lengthPrefixed(captionSei(inField([[0x41, 0x42]]))));
    const written = withCaptionData(own, bytesOf(hello));
    expect(captionData(written)).toEqual(bytesOf(hello));
    expect(written.subarray(0, delimiter.length + recovery.length)).toEqual(
      Buffer.concat([delimiter, recovery]),
    );
    expect(written.subarray(-slice.length)).toEqual(slice);
  });

  test('are taken away', () => {
    expect(withCaptionData(sample(lengthPrefixed(captionSei(hello))), Buffer.alloc(0))).toEqual(sample());
  });

  test('are as many as fit, and zeros among them make no start code', () => {
    const packet = dtvccPacket([{ service: 1, bytes: Array(26).fill(0) }]);
    const many = Array.from({ length: mostConstructs }, (_, index) => packet[index % packet.length]!);
    const written = withCaptionData(sample(), bytesOf(many));
    expect(captionData(written)).toEqual(bytesOf(many));
    expect(written.subarray(delimiter.length + 4, -slice.length).includes(Buffer.from([0, 0, 0]))).toBe(
      false,
    );
  });
});
