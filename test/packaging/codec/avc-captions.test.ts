import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { captionChannelsOf } from '../../../lib/packaging/codec/avc-captions.ts';
import { captionSei, lengthPrefixed, popOn } from '../../../testkit/media/captions.ts';

const slice = lengthPrefixed(Buffer.from([0x65, 0x88, 0x84]));
const picture = (...units: Uint8Array[]) => Buffer.concat([...units.map(lengthPrefixed), slice]);

describe('captions in a picture', () => {
  test('are found by their control codes, in either field', () => {
    const pairs = popOn('Hello');
    expect(captionChannelsOf(picture(captionSei(pairs)))).toEqual(['CC1']);
    expect(captionChannelsOf(picture(captionSei(pairs, 2)))).toEqual(['CC3']);
    expect(captionChannelsOf(picture(captionSei([[0x1c, 0x20]])))).toEqual(['CC2']);
  });

  test('are not there in padding, in letters alone, and in XDS', () => {
    expect(captionChannelsOf(picture(captionSei([[0, 0]])))).toEqual([]);
    expect(captionChannelsOf(picture(captionSei([[0x48, 0x65]])))).toEqual([]);
    expect(captionChannelsOf(picture(captionSei([[0x01, 0x03]], 2)))).toEqual([]);
  });

  test('are found beside other messages, and behind bytes that prevent a start code', () => {
    // A recovery point, then user data whose cc_data says so after two zeros.
    const sei = captionSei([[0x14, 0x20]]);
    const recovery = Buffer.from([0x06, 0x06, 0x01, 0xc4]);
    const both = Buffer.concat([recovery, sei.subarray(1)]);
    expect(captionChannelsOf(picture(both))).toEqual(['CC1']);
    const padding = Buffer.from([0x06, 0x05, 0x04, 0x00, 0x00, 0x03, 0x00, 0x01]);
    expect(captionChannelsOf(picture(Buffer.concat([padding, sei.subarray(1)])))).toEqual(['CC1']);
  });

  test('are not looked for behind the picture', () => {
    const late = Buffer.concat([slice, lengthPrefixed(captionSei(popOn('Hello')))]);
    expect(captionChannelsOf(late)).toEqual([]);
  });

  test('whatever the bytes are, it ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(captionChannelsOf(picture(Buffer.concat([Buffer.from([0x06]), bytes]))).length).toBeLessThan(
          5,
        );
      }),
    );
  });
});
