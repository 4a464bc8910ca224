import { describe, expect, test } from '@jest/globals';
import { failureWords } from '../../../lib/push/policy/failure-words.ts';

describe('the description of a connection fault', () => {
  test('follows its own code, or that of a cause', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(failureWords(refused)).toBe('connection refused');
    const outer = Object.assign(new Error('no connection', { cause: refused }), { code: 'CONNECT_FAILED' });
    expect(failureWords(outer)).toBe('connection refused');
  });

  test.each([undefined, null, 'text', new Error('odd'), { code: 'toString' }, { code: 7 }])(
    'exists for %p, too',
    (fault) => expect(failureWords(fault)).toBe('connection failed'),
  );
});
