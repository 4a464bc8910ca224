import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contentRange, parseRange, unsatisfiedRange } from '../../../lib/protocol/http/range.ts';

describe('the Range header', () => {
  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-9', 0, 10],
    ['bytes=0-', 0, 10],
    ['bytes=9-9', 9, 10],
    ['bytes=9-', 9, 10],
    ['bytes=3-5', 3, 6],
    ['bytes=3-999999999999999', 3, 10],
    ['bytes=-1', 9, 10],
    ['bytes=-10', 0, 10],
    ['bytes=-11', 0, 10],
    ['bytes=-999999999999999', 0, 10],
    ['BYTES=1-2', 1, 3],
    ['bytes= 1-2 ', 1, 3],
  ])('%s of 10 bytes is %i to %i', (header, start, end) => {
    expect(parseRange(header, 10)).toEqual({ start, end });
  });

  test.each(['bytes=10-', 'bytes=10-12', 'bytes=999999999999999-', 'bytes=-0'])(
    '%s of 10 bytes cannot be satisfied',
    (header) => {
      expect(parseRange(header, 10)).toBe('unsatisfiable');
    },
  );

  test.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-3',
    'bytes=0-1,3-4',
    'bytes=a-b',
    'bytes=1.5-2',
    'bytes=--1',
    'bytes=0x1-2',
    'bytes=1-2-3',
    'items=0-1',
    'bytes=9999999999999999-',
    'bytes = 0-1',
  ])('%s is ignored', (header) => {
    expect(parseRange(header, 10)).toBeUndefined();
  });

  test.each(['bytes=0-', 'bytes=0-0', 'bytes=-1'])('%s of nothing cannot be satisfied', (header) => {
    expect(parseRange(header, 0)).toBe('unsatisfiable');
  });

  test('a range is never outside the representation and never empty', () => {
    const part = fc.oneof(fc.constant(''), fc.nat(30).map(String));
    fc.assert(
      fc.property(part, part, fc.nat(20), (first, last, size) => {
        const range = parseRange(`bytes=${first}-${last}`, size);
        if (typeof range !== 'object') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThan(range.start);
        expect(range.end).toBeLessThanOrEqual(size);
      }),
    );
  });

  test('any text at all is a range, a refusal or ignored', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, size) => {
        const range = parseRange(text, size);
        expect(range === undefined || range === 'unsatisfiable' || range.end <= size).toBe(true);
      }),
    );
  });

  test('Content-Range counts its last byte in', () => {
    expect(contentRange({ start: 2, end: 5 }, 10)).toBe('bytes 2-4/10');
    expect(unsatisfiedRange(10)).toBe('bytes */10');
  });
});
