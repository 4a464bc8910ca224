import { describe, expect, test } from '@jest/globals';
import {
  livingMembers,
  summarizeFleets,
} from '../../../../lib/control/fleet-metrics/policy/fleet-summary.ts';
import type { FleetMember } from '../../../../lib/control-store/records.ts';
import type { MemberId } from '../../../../lib/routing/ids.ts';

const member = (id: string, changes: Partial<FleetMember> = {}): FleetMember => ({
  id: id as MemberId,
  role: 'encoder',
  host: '10.0.0.1',
  port: 1940,
  capacity: 4,
  load: 1,
  state: 'active',
  version: 7,
  ...changes,
});

describe('who lives', () => {
  test('is who beat between the looks, or came since', () => {
    const first = [member('beats'), member('silent'), member('left'), member('renamed', { version: 900 })];
    const second = [member('beats', { version: 11 }), member('silent'), member('new', { version: 1 })];
    expect(livingMembers(first, second).map(({ id }) => id)).toEqual(['beats', 'new']);
  });

  test('is who began anew at a lower version too', () => {
    expect(livingMembers([member('a', { version: 900 })], [member('a', { version: 1 })])).toHaveLength(1);
  });
});

describe('a summary', () => {
  test('adds up what each pool has and could take', () => {
    const encoder = [
      member('a', { load: 3 }),
      member('b', { load: 1 }),
      member('g', { pool: 'gpu', capacity: 8, load: 2 }),
    ];
    expect(summarizeFleets([member('p', { capacity: 200, load: 50 })], encoder, false)).toEqual([
      { fleet: 'ingest', pool: 'cpu', members: 1, streams: 50, headroomStreams: 150, utilizationPercent: 25 },
      { fleet: 'encoder', pool: 'cpu', members: 2, streams: 4, headroomStreams: 4, utilizationPercent: 50 },
      { fleet: 'encoder', pool: 'gpu', members: 1, streams: 2, headroomStreams: 6, utilizationPercent: 25 },
    ]);
  });

  test('counts the streams of who drains, but not its room', () => {
    const [, cpu] = summarizeFleets(
      [],
      [member('a', { load: 2 }), member('b', { state: 'draining' })],
      false,
    );
    expect(cpu).toMatchObject({ members: 1, streams: 3, headroomStreams: 2, utilizationPercent: 50 });
  });

  test('lets nobody’s overload eat the room of others', () => {
    const [, cpu] = summarizeFleets([], [member('a', { load: 6 }), member('b', { load: 0 })], false);
    expect(cpu).toMatchObject({ headroomStreams: 4, utilizationPercent: 75 });
  });

  test('shows an empty fleet as full, and a GPU fleet only where there is or must be one', () => {
    const none = { members: 0, streams: 0, headroomStreams: 0, utilizationPercent: 100 };
    expect(summarizeFleets([], [], false)).toEqual([
      { fleet: 'ingest', pool: 'cpu', ...none },
      { fleet: 'encoder', pool: 'cpu', ...none },
    ]);
    expect(summarizeFleets([], [], true)[2]).toEqual({ fleet: 'encoder', pool: 'gpu', ...none });
  });
});
