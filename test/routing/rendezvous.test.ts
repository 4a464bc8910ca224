import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MemberId, StreamId } from '../../lib/routing/ids.ts';
import { type RankedMember, rankWorkers } from '../../lib/routing/rendezvous.ts';

const member = (id: string, facts: Partial<RankedMember> = {}): RankedMember => ({
  id: id as MemberId,
  capacity: 1_000_000,
  load: 0,
  state: 'active',
  ...facts,
});
const fleetOf = (size: number) => Array.from({ length: size }, (_, index) => member(`encoder-${index}`));
const streams = (count: number) => Array.from({ length: count }, (_, index) => `stream${index}` as StreamId);
const first = (stream: StreamId, fleet: readonly RankedMember[]) => rankWorkers(stream, fleet)[0]!;

/** Pearson's chi-square of observed counts against expected ones. */
function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, index) => sum + (count - expected[index]!) ** 2 / expected[index]!, 0);
}

const fleetArbitrary = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-z]{1,8}-[0-9]{1,3}$/).map((id) => id as MemberId),
    capacity: fc.integer({ min: 0, max: 20 }),
    load: fc.integer({ min: 0, max: 25 }),
    state: fc.constantFrom<'active' | 'draining'>('active', 'draining'),
  }),
  { selector: ({ id }) => id, maxLength: 12 },
);

describe('ranking workers', () => {
  test('spreads streams evenly over equal workers', () => {
    const fleet = fleetOf(10);
    const counts = new Map<MemberId, number>();
    for (const stream of streams(10_000)) {
      const id = first(stream, fleet);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // 9 degrees of freedom: 27.9 is exceeded by chance once in a thousand; the ids are fixed, so it is no lottery.
    expect(
      chiSquare(
        fleet.map(({ id }) => counts.get(id) ?? 0),
        fleet.map(() => 1_000),
      ),
    ).toBeLessThan(27.9);
  });

  test('gives each worker a share in proportion to its capacity', () => {
    const capacities = [1_000_000, 2_000_000, 4_000_000, 8_000_000];
    const fleet = capacities.map((capacity, index) => member(`encoder-${index}`, { capacity }));
    const counts = fleet.map(() => 0);
    for (const stream of streams(15_000)) {
      const index = fleet.findIndex(({ id }) => id === first(stream, fleet));
      counts[index]! += 1;
    }
    expect(chiSquare(counts, [1_000, 2_000, 4_000, 8_000])).toBeLessThan(16.3);
  });

  test('moves only the streams of a worker that leaves', () => {
    const fleet = fleetOf(8);
    const gone = fleet[3]!;
    const rest = fleet.filter((other) => other !== gone);
    for (const stream of streams(2_000)) {
      const before = rankWorkers(stream, fleet);
      expect(rankWorkers(stream, rest)).toEqual(before.filter((id) => id !== gone.id));
    }
  });

  test('moves about one in n + 1 streams, all to the newcomer, when a worker joins', () => {
    const fleet = fleetOf(7);
    const newcomer = member('encoder-new');
    const all = streams(8_000);
    const moved = all.filter((stream) => first(stream, [...fleet, newcomer]) !== first(stream, fleet));
    expect(moved.every((stream) => first(stream, [...fleet, newcomer]) === newcomer.id)).toBe(true);
    // Binomial(8000, 1/8): 1000 ± 30; five deviations either side.
    expect(moved.length).toBeGreaterThan(850);
    expect(moved.length).toBeLessThan(1_150);
  });

  test('does not depend on the order of the fleet', () => {
    fc.assert(
      fc.property(
        fleetArbitrary,
        fc.string({ minLength: 1 }),
        fc.infiniteStream(fc.nat()),
        (fleet, id, dice) => {
          const shuffled = fleet
            .map((entry) => ({ entry, order: dice.next().value as number }))
            .sort((a, b) => a.order - b.order)
            .map(({ entry }) => entry);
          expect(rankWorkers(id as StreamId, shuffled)).toEqual(rankWorkers(id as StreamId, fleet));
        },
      ),
    );
  });

  test('names every member that can take the stream once, and no other', () => {
    fc.assert(
      fc.property(fleetArbitrary, fc.string({ minLength: 1 }), (fleet, id) => {
        const able = fleet.filter(({ state, load, capacity }) => state === 'active' && load < capacity);
        expect(new Set(rankWorkers(id as StreamId, fleet))).toEqual(new Set(able.map((entry) => entry.id)));
        expect(rankWorkers(id as StreamId, fleet)).toHaveLength(able.length);
      }),
    );
  });

  test('leaves out draining and full workers', () => {
    const fleet = [
      member('a', { state: 'draining' }),
      member('b', { capacity: 4, load: 4 }),
      member('c', { capacity: 4, load: 5 }),
      member('d', { capacity: 4, load: 3 }),
    ];
    expect(rankWorkers('s' as StreamId, fleet)).toEqual(['d']);
    expect(rankWorkers('s' as StreamId, fleet.slice(0, 3))).toEqual([]);
    expect(rankWorkers('s' as StreamId, [])).toEqual([]);
  });

  test('puts workers above 1.25 times their share behind the others', () => {
    const busy = member('busy', { capacity: 100, load: 20 });
    const quiet = member('quiet', { capacity: 100, load: 2 });
    for (const stream of streams(200)) {
      expect(rankWorkers(stream, [busy, quiet])).toEqual(['quiet', 'busy']);
    }
  });

  test('keeps the hash order while loads are within the floor of two streams', () => {
    const one = member('one', { capacity: 4, load: 1 });
    const none = member('none', { capacity: 4, load: 0 });
    const winners = new Set(streams(200).map((stream) => first(stream, [one, none])));
    expect(winners).toEqual(new Set(['one', 'none']));
  });

  test('placed one after another, no worker ends above the bound', () => {
    const fleet = Array.from({ length: 5 }, (_, index) => ({
      ...member(`e${index}`),
      capacity: 100,
      load: 0,
    }));
    for (const stream of streams(300)) {
      const chosen = first(stream, fleet);
      fleet.find(({ id }) => id === chosen)!.load += 1;
    }
    // 300 streams over 5 workers: 60 each on average, 75 at most.
    expect(Math.max(...fleet.map(({ load }) => load))).toBeLessThanOrEqual(75);
    expect(fleet.reduce((sum, { load }) => sum + load, 0)).toBe(300);
  });
});
