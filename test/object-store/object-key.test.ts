import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPlainPath } from '../../lib/edge/policy/access/denial.ts';
import { isKeyPrefix, isObjectKey } from '../../lib/object-store/object-key.ts';

describe('an object key', () => {
  test.each(['a', 'local/s/b/v720/1.m4s', 'a/init-1.mp4', 'A_b-c.d', 'a/b..', 'x@y/z+1=2', '0'])(
    'may be %s',
    (text) => {
      expect(isObjectKey(text)).toBe(true);
    },
  );

  test.each([
    '',
    '.',
    '..',
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/..',
    'a/../b',
    'a/./b',
    '.a',
    'a/.b',
    'a/..b',
    'a/...',
    '_a',
    '-a',
    'a b',
    'a\\b',
    'a\0',
    'a\n',
    'ä',
    'a%20',
    'a?b',
  ])('is never %j', (text) => {
    expect(isObjectKey(text)).toBe(false);
  });

  test('has bounds', () => {
    expect(isObjectKey('a'.repeat(200))).toBe(true);
    expect(isObjectKey('a'.repeat(201))).toBe(false);
    expect(isObjectKey(`${'a/'.repeat(499)}ab`)).toBe(true);
    expect(isObjectKey(`${'a/'.repeat(500)}a`)).toBe(false);
  });

  test('is the same text after any URL parser has had it', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab./_-?%2\\ #'), maxLength: 20 });
    fc.assert(
      fc.property(text, (path) => {
        if (isObjectKey(path)) expect(new URL(`http://h/${path}`).pathname).toBe(`/${path}`);
      }),
    );
  });

  test('can be denied by its name at the edge', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab./_-=@+'), minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, (path) => {
        if (isObjectKey(path)) expect(isPlainPath(`/${path}`)).toBe(true);
      }),
    );
  });

  test.each(['', 'a', 'a/', 'a/b', 'a/b/'])('may begin with %j', (prefix) => {
    expect(isKeyPrefix(prefix)).toBe(true);
  });

  test.each(['/', '../', 'a//', 'a/../', '.'])('does not begin with %j', (prefix) => {
    expect(isKeyPrefix(prefix)).toBe(false);
  });
});
