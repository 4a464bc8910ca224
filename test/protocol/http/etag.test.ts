import { describe, expect, test } from '@jest/globals';
import { gzipEtag, matchesNone, rangeStillHolds } from '../../../lib/protocol/http/etag.ts';

describe('If-None-Match', () => {
  test.each(['"a"', 'W/"a"', '*', ' * ', '"b", "a"', '"b",W/"a"', '"a-gzip"', '"x,y", "a"'])(
    '%s names "a"',
    (header) => {
      expect(matchesNone(header, '"a"')).toBe(true);
    },
  );

  test.each([undefined, '', 'a', '"b"', '"A"', '"ab"', '"b", W/"c"', '"x "a" y'.slice(0, 4)])(
    '%s does not name "a"',
    (header) => {
      expect(matchesNone(header, '"a"')).toBe(false);
    },
  );

  test('the gzip form is named by either ETag, as the object is the same', () => {
    expect(matchesNone('"a"', gzipEtag('"a"'))).toBe(true);
    expect(matchesNone('"a-gzip"', gzipEtag('"a"'))).toBe(true);
  });

  test('names nothing where there is nothing', () => {
    expect(matchesNone('*', undefined)).toBe(false);
  });
});

describe('the ETag of the gzip form', () => {
  test('differs from the plain one and stays quoted', () => {
    expect(gzipEtag('"abc"')).toBe('"abc-gzip"');
    expect(gzipEtag('W/"abc"')).toBe('W/"abc-gzip"');
  });
});

describe('If-Range', () => {
  test.each([
    [undefined, '"a"', true],
    ['"a"', '"a"', true],
    ['"b"', '"a"', false],
    ['W/"a"', 'W/"a"', false],
    ['W/"a"', '"a"', false],
    ['Sun, 22 Nov 2026 14:00:00 GMT', '"a"', false],
    ['"a"', undefined, false],
  ])('%s against %s: %s', (header, etag, holds) => {
    expect(rangeStillHolds(header, etag)).toBe(holds);
  });
});
