import { describe, expect, test } from '@jest/globals';
import { signToken } from '../../lib/edge/policy/access/playback-token.ts';
import { type DescribedCause, describeCause } from '../../lib/telemetry/described-cause.ts';

const described = (cause: unknown): DescribedCause => describeCause(cause) as DescribedCause;

describe('the cause that a log line shows', () => {
  test('says where an error was made, without saying its message twice', () => {
    const { name, message, stack } = described(new RangeError('too far\nby two'));
    expect({ name, message }).toEqual({ name: 'RangeError', message: 'too far\nby two' });
    expect(stack).toMatch(/^at .*described-cause\.test\.ts:\d+/);
    expect(stack).not.toContain('too far');
  });

  test('goes down to the root, and into an AggregateError', () => {
    const root = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
    const all = new AggregateError([root, new Error('refused')], 'all tries failed');
    expect(described(new Error('store', { cause: all }))).toMatchObject({
      message: 'store',
      cause: {
        name: 'AggregateError',
        errors: [
          { code: 'EHOSTUNREACH', message: 'no route', stack: expect.any(String) },
          { message: 'refused' },
        ],
      },
    });
  });

  test('is bounded, however long, deep, wide or circular it is', () => {
    const long = Object.assign(new Error('m'.repeat(100_000)), { stack: 's'.repeat(100_000) });
    const { message, stack } = described(long);
    expect(message).toHaveLength(1_001);
    expect(stack).toHaveLength(4 * 1024 + 1);
    const circular = new Error('again');
    circular.cause = circular;
    const wide = new AggregateError(Array.from({ length: 1_000 }, () => circular));
    for (const cause of [circular, wide]) {
      const text = JSON.stringify(describeCause(cause));
      expect(text.match(/"name"/g)).toHaveLength(8);
      expect(text).toContain('and more');
    }
  });

  test('shows no other property of an error, and no stream key', () => {
    const key = `${'0'.repeat(16)}_${'7'.repeat(26)}`;
    const fault = Object.assign(new Error(`cannot publish ${key}?x`), {
      request: { authorization: 'secret' },
    });
    const text = JSON.stringify(describeCause(new Error('failed', { cause: fault })));
    expect(text).toContain(`cannot publish ${'0'.repeat(16)}_…?x`);
    expect(text).not.toContain('7777');
    expect(text).not.toContain('secret');
    expect(describeCause(`bad ${key}`)).toBe(`bad ${'0'.repeat(16)}_…`);
  });

  test('shows of a playback token its key and its session only', () => {
    const session = '0'.repeat(20);
    const key = { id: 'k001', secret: 's' };
    for (const address of [undefined, '192.0.2.1']) {
      const token = signToken('local/s', { session, issuedMs: 1, viewerId: 'seat-12', address }, key);
      const text = String(describeCause(`GET /local/~${token}/s/index.m3u8 failed`));
      expect(text).toBe(`GET /local/~k001.00000001.${session}.…/s/index.m3u8 failed`);
    }
  });

  test('is what was thrown where that is no error', () => {
    for (const cause of ['words', 7, undefined, null]) expect(describeCause(cause)).toBe(cause);
  });
});
