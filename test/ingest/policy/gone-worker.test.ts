import { describe, expect, test } from '@jest/globals';
import { isRefused, isReset } from '../../../lib/ingest/policy/gone-worker.ts';

const withCode = (code: string, options?: ErrorOptions) => Object.assign(new Error(code, options), { code });

describe('a process is gone', () => {
  test('if its host refuses the connection, however deep that is said', () => {
    const refused = withCode('ECONNREFUSED');
    expect(isRefused(refused)).toBe(true);
    expect(isRefused(withCode('CONNECT_FAILED', { cause: refused }))).toBe(true);
  });

  test.each(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM', 'ECONNRESET', 'CONNECT_FAILED'])(
    'but not for %s, behind which it may live',
    (code) => {
      expect(isRefused(withCode(code))).toBe(false);
      expect(isRefused(withCode('CONNECT_FAILED', { cause: withCode(code) }))).toBe(false);
    },
  );

  test('only if all of its addresses refuse', () => {
    const refused = withCode('ECONNREFUSED');
    const one = Object.assign(new AggregateError([refused, withCode('ETIMEDOUT')]), { code: 'ECONNREFUSED' });
    expect(isRefused(one)).toBe(false);
    expect(isRefused(new AggregateError([refused, refused]))).toBe(true);
    expect(isRefused(new AggregateError([]))).toBe(false);
  });

  test('and not for what is no error', () => {
    expect(isRefused(undefined)).toBe(false);
    expect(isRefused('ECONNREFUSED')).toBe(false);
  });
});

test('a connection that is reset may belong to a process that is about to be gone', () => {
  expect(isReset(withCode('LINK_LOST', { cause: withCode('ECONNRESET') }))).toBe(true);
  expect(isReset(withCode('LINK_LOST'))).toBe(false);
  expect(isReset(withCode('ECONNREFUSED'))).toBe(false);
});
