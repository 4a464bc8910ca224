import { beforeEach, describe, expect, test } from '@jest/globals';
import { keepSigningKeys } from '../../../lib/control/playback/keep-keys.ts';
import { KeyRing } from '../../../lib/control/playback/key-ring.ts';
import {
  parseSigningKeys,
  signingLeadMs,
  verifyingKeys,
} from '../../../lib/edge/policy/access/signing-keys.ts';

const dayMs = 24 * 3_600_000;
let secret: string | undefined;
let order: string[];
let atEdge: Map<string, string>;
let wallTimeMs: number;
let failing: boolean;
beforeEach(() => {
  secret = undefined;
  order = [];
  atEdge = new Map();
  wallTimeMs = 1_790_000_000_000;
  failing = false;
});

const parts = {
  region: 'eu-central-1',
  wallMs: () => wallTimeMs,
  emit: () => {},
  store: {
    read: async () => secret,
    async write(text: string) {
      order.push('secret');
      secret = text;
    },
  },
  edge: {
    async putKeys(region: string, keys: string) {
      if (failing) throw new Error('away');
      order.push('edge');
      atEdge.set(region, keys);
    },
    async removeExpired() {
      order.push('cleanup');
      return 1;
    },
  },
};
const keys = () => parseSigningKeys(secret ?? '');
const ids = () => keys().map(({ id }) => id);

describe('what the schedule does', () => {
  test('makes keys where the secret has the random text that it began with', async () => {
    secret = 'xK3/9;v"q';
    await keepSigningKeys({}, parts);
    expect(ids()).toHaveLength(1);
  });

  test('makes the first keys, tells the edge before they are used, and keeps them for a month', async () => {
    await keepSigningKeys({}, parts);
    expect(order).toEqual(['edge', 'secret', 'cleanup']);
    expect(atEdge).toEqual(new Map([['eu-central-1', verifyingKeys(keys())]]));
    const [first] = ids();
    for (let day = 1; day < 30; day++) {
      wallTimeMs += dayMs;
      await keepSigningKeys({}, parts);
    }
    expect(ids()).toEqual([first]);
    wallTimeMs += dayMs;
    await keepSigningKeys({}, parts);
    expect(ids()).toEqual([first, expect.any(String)]);
  });

  test('rotates when it is asked to', async () => {
    await keepSigningKeys({}, parts);
    await keepSigningKeys({ rotate: true }, parts);
    expect(ids()).toHaveLength(2);
    expect(atEdge.get('eu-central-1')).toBe(verifyingKeys(keys()));
  });

  test('gives an edge that lost them the keys again, without new ones', async () => {
    await keepSigningKeys({}, parts);
    const before = secret;
    atEdge.clear();
    await keepSigningKeys({}, parts);
    expect([secret, atEdge.get('eu-central-1')]).toEqual([before, verifyingKeys(keys())]);
  });

  test('signs with nothing that the edge could not be told of', async () => {
    await keepSigningKeys({}, parts);
    const before = secret;
    failing = true;
    await expect(keepSigningKeys({ rotate: true }, parts)).rejects.toThrow('away');
    expect(secret).toBe(before);
  });
});

describe('the keys that the API signs with', () => {
  const ring = (reads: { count: number }, clock: { upMs: number }) =>
    new KeyRing(
      {
        read: async () => {
          reads.count++;
          if (failing) throw new Error('away');
          return secret ?? '';
        },
      },
      { nowMs: () => clock.upMs, wallMs: () => wallTimeMs },
    );

  test('are read once in a while, and the newest signs when its time has come', async () => {
    await keepSigningKeys({}, parts);
    const [reads, clock] = [{ count: 0 }, { upMs: 0 }];
    const held = ring(reads, clock);
    const first = (await held.current()).id;
    await keepSigningKeys({ rotate: true }, parts);
    expect([(await held.current()).id, reads.count]).toEqual([first, 1]);
    clock.upMs += 30_000;
    expect([(await held.current()).id, reads.count]).toEqual([first, 2]);
    wallTimeMs += signingLeadMs;
    expect((await held.current()).id).toBe(ids()[1]);
  });

  test('stay in use while the secret cannot be read, and are missing only at the start', async () => {
    await keepSigningKeys({}, parts);
    const clock = { upMs: 0 };
    const held = ring({ count: 0 }, clock);
    const { id } = await held.current();
    failing = true;
    clock.upMs += 30_000;
    expect((await held.current()).id).toBe(id);
    await expect(ring({ count: 0 }, clock).current()).rejects.toThrow('away');
  });
});
