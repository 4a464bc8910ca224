import { describe, expect, test } from '@jest/globals';
import type { Stream, StreamState } from '../../../../lib/player/page/api/types.ts';
import { isBehind, listedStreams, withFresh } from '../../../../lib/player/page/model/stream-list.ts';

const day = (number: number): string => `2026-11-${String(number).padStart(2, '0')}T12:00:00.000Z`;

function stream(name: string, state: StreamState, createdDay: number, airDay?: number): Stream {
  const broadcast =
    airDay === undefined ? {} : { broadcast: { startedAt: day(airDay), endedAt: day(airDay) } };
  return { id: name.toLowerCase(), name, state, createdAt: day(createdDay), ...broadcast } as Stream;
}

const streams = [
  stream('Never', 'idle', 20),
  stream('Old', 'ended', 1, 5),
  stream('Recent', 'ended', 2, 19),
  stream('Live', 'live', 3, 4),
  stream('Away', 'reconnecting', 4, 18),
];
const names = (list: readonly Stream[]): string[] => list.map(({ name }) => name);
const shown = (search: string, order: 'last-on-air' | 'newest' | 'name' = 'last-on-air') => {
  const { onAir, others } = listedStreams(streams, { search, order });
  return [names(onAir), names(others)];
};

describe('the list', () => {
  test('has those on air first, and each group by when it was on air last', () => {
    expect(shown('')).toEqual([
      ['Away', 'Live'],
      ['Recent', 'Old', 'Never'],
    ]);
  });

  test('can be ordered by age and by name, within the groups', () => {
    expect(shown('', 'newest')).toEqual([
      ['Away', 'Live'],
      ['Never', 'Recent', 'Old'],
    ]);
    expect(shown('', 'name')).toEqual([
      ['Away', 'Live'],
      ['Never', 'Old', 'Recent'],
    ]);
  });

  test('is searched in names and IDs, whatever the case and accents, by each word', () => {
    const cafe = listedStreams([{ ...stream('Café Müller', 'idle', 1), id: '7h2kqv' }], {
      search: ' MULLER cafe 7h2',
      order: 'name',
    });
    expect(names(cafe.others)).toEqual(['Café Müller']);
    expect(shown('zzz')).toEqual([[], []]);
  });

  test('a stream that was taken down is not on air', () => {
    const takedown = { state: 'taken-down', reason: 'x', askedAt: day(1) } as const;
    const { onAir } = listedStreams([{ ...stream('X', 'live', 1, 2), takedown } as Stream], {
      search: '',
      order: 'name',
    });
    expect(onAir).toEqual([]);
  });

  test('an older stream is behind a newer one, and of two that were created at once the one with the lower ID', () => {
    const at = (id: string, ms: number) => ({ ...streams[0]!, id, createdAt: new Date(ms).toISOString() });
    expect(isBehind(at('z', 1), at('a', 2))).toBe(true);
    expect(isBehind(at('a', 2), at('z', 1))).toBe(false);
    expect(isBehind(at('a', 1), at('b', 1))).toBe(true);
    expect(isBehind(at('b', 1), at('b', 1))).toBe(false);
  });

  test('streams that were read again take the place of what was known', () => {
    const fresh = { ...streams[0]!, name: 'Renamed' };
    expect(names(withFresh(streams.slice(0, 2), [fresh]))).toEqual(['Renamed', 'Old']);
    expect(names(withFresh(streams.slice(0, 1), [streams[1]!]))).toEqual(['Never', 'Old']);
    expect(withFresh(streams, [{ ...streams[0]! }])[0]).toBe(streams[0]);
  });
});
