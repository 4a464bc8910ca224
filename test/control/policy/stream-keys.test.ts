import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { revokeKey, rotateKeys, validKeys } from '../../../lib/control/policy/stream-keys.ts';
import type { KeyRecord } from '../../../lib/control-store/records.ts';

const key = (id: number, expiresAtMs?: number): KeyRecord => ({
  id: `k${id}`,
  hash: `h${id}`,
  createdAtMs: 0,
  ...(expiresAtMs !== undefined && { expiresAtMs }),
});

/** What may happen to a stream's keys, in any order. */
const step = fc.oneof(
  fc.record({ what: fc.constant('rotate' as const), graceMs: fc.integer({ min: 0, max: 5_000 }) }),
  fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 4_000 }) }),
  fc.record({ what: fc.constant('revoke' as const), which: fc.integer({ min: 0, max: 12 }) }),
);

describe('the keys of a stream', () => {
  test('whatever is done to them, at most two open it, the newest is among them until revoked, and none comes back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let [nowMs, made] = [0, 0];
        let keys: KeyRecord[] = [key(0)];
        let newest: string | undefined = 'k0';
        const closed = new Set<string>();
        for (const action of steps) {
          const before = validKeys(keys, nowMs).map(({ id }) => id);
          if (action.what === 'rotate') {
            newest = `k${++made}`;
            keys = rotateKeys(keys, key(made), action.graceMs, nowMs);
            // Only the key before may stay, and never longer than the grace.
            for (const { id, expiresAtMs } of keys.slice(0, -1)) {
              expect(id).toBe(before.at(-1));
              expect(expiresAtMs).toBeLessThanOrEqual(nowMs + action.graceMs);
            }
          } else if (action.what === 'wait') {
            nowMs += action.ms;
          } else {
            const id = `k${action.which}`;
            const left = revokeKey(keys, id, nowMs);
            expect(left === undefined).toBe(!before.includes(id));
            keys = left ?? keys;
            if (id === newest && left) newest = undefined;
          }
          const open = validKeys(keys, nowMs).map(({ id }) => id);
          expect(open.length).toBeLessThanOrEqual(2);
          expect(keys.length).toBeLessThanOrEqual(2);
          if (newest !== undefined) expect(open.at(-1)).toBe(newest);
          for (const id of open) expect(closed.has(id)).toBe(false);
          for (const id of before) if (!open.includes(id)) closed.add(id);
        }
      }),
    );
  });

  test('rotating twice does not lengthen the life of the key before', () => {
    const once = rotateKeys([key(0)], key(1), 1_000, 0);
    expect(once).toEqual([key(0, 1_000), key(1)]);
    expect(rotateKeys([key(0, 500), key(1, 700)], key(2), 1_000, 100)).toEqual([key(1, 700), key(2)]);
  });

  test('a key works until the moment it expires, not longer', () => {
    expect(validKeys([key(0, 1_000)], 999)).toHaveLength(1);
    expect(validKeys([key(0, 1_000)], 1_000)).toHaveLength(0);
  });
});
