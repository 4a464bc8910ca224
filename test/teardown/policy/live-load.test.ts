import { expect, test } from '@jest/globals';
import type { FleetMember } from '../../../lib/control-store/records.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { broadcastsOf } from '../../../lib/teardown/policy/live-load.ts';

const worker = (id: string, load: number, version: number): FleetMember => ({
  id: id as MemberId,
  role: 'encoder',
  host: '10.0.0.1',
  port: 7000,
  capacity: 4,
  load,
  state: 'active',
  version,
});

test('broadcasts of dead workers, which the table lists for a day, are not waited for', () => {
  const before = [worker('alive', 2, 10), worker('dead', 3, 99)];
  const after = [worker('alive', 1, 15), worker('dead', 3, 99), worker('new', 4, 1)];
  expect(broadcastsOf(before, after)).toBe(5);
});
