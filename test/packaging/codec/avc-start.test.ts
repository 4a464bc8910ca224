import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canBeginAt } from '../../../lib/packaging/codec/avc-start.ts';

const sampleOf = (units: readonly string[], lengthBytes = 4): Buffer =>
  Buffer.concat(
    units.flatMap((hex) => {
      const unit = Buffer.from(hex, 'hex');
      const length = Buffer.alloc(lengthBytes);
      length.writeUIntBE(unit.length, 0, lengthBytes);
      return [length, unit];
    }),
  );

/** As x264 and others write them. */
const intraRefresh = '06060209c480';
const openGop = '060601c480';
/** A buffering period and picture timing before it, in one unit and with an emulation prevention byte. */
const behindOthers = '060003000003000101aa06018480';
const version = `0605ff10${'dc'.repeat(255 + 16)}80`;
const slice = '419a2411';

describe('Decoding can begin at', () => {
  test.each([
    ['an IDR picture', ['6588'], true],
    ['one behind a delimiter and parameter sets', ['0910', '6742', '68ce', '6588'], true],
    ['a recovery point of periodic intra refresh', [intraRefresh, slice], true],
    ['a recovery point of an open GOP', ['0930', openGop, slice], true],
    ['a recovery point behind other messages', [behindOthers, slice], true],
    ['a recovery point behind a long message', [version, openGop, slice], true],
    ['an ordinary picture', [slice], false],
    ['a picture with other messages', ['0930', version, slice], false],
    ['a recovery point of the next picture', [slice, openGop], false],
    ['nothing', [], false],
  ])('%s', (_, units, expected) => {
    for (const lengthBytes of [2, 4])
      expect(canBeginAt(sampleOf(units, lengthBytes), lengthBytes)).toBe(expected);
  });

  test('a sample that is cut off in its slice', () => {
    const sample = sampleOf([openGop, slice]);
    expect(canBeginAt(sample.subarray(0, -2), 4)).toBe(true);
  });

  test('some, and not others, of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(1, 2, 4), (bytes, lengthBytes) => {
        expect(typeof canBeginAt(bytes, lengthBytes)).toBe('boolean');
      }),
    );
  });
});
