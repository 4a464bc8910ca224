import { expect, test } from '@jest/globals';
import { measureFleets } from '../../../lib/control/fleet-metrics/measure-fleets.ts';
import type { FleetMember, FleetRole } from '../../../lib/control-store/records.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { embedMetrics } from '../../../lib/telemetry/embedded-metrics.ts';
import { events } from '../../../lib/telemetry/events.ts';

const member = (role: FleetRole, id: string, version: number): FleetMember => ({
  id: id as MemberId,
  role,
  host: '10.0.0.1',
  port: 1940,
  capacity: 4,
  load: 1,
  state: 'active',
  version,
});

test('who does not beat between the looks is not counted, and every fleet becomes metrics of its own', async () => {
  const looks = {
    ingest: [[member('ingest', 'p', 1)], [member('ingest', 'p', 5)]],
    encoder: [
      [member('encoder', 'lives', 1), member('encoder', 'dead', 9)],
      [member('encoder', 'lives', 2), member('encoder', 'dead', 9)],
    ],
  };
  const said: Parameters<typeof embedMetrics>[1][] = [];
  await measureFleets({
    store: { listFleet: async (role) => looks[role].shift() ?? [] },
    emit: (event, fields) => {
      expect(event).toBe('control.fleet.measured');
      said.push(fields as Record<string, unknown>);
    },
    lookMs: 0,
    gpuFleet: false,
  });
  const lines = said.map((fields) =>
    embedMetrics(events['control.fleet.measured'], fields, 'Headwater/x', 0),
  );
  expect(lines).toEqual([
    expect.objectContaining({ Role: 'ingest', Pool: 'cpu', FleetMembers: 1, FleetHeadroomStreams: 3 }),
    expect.objectContaining({ Role: 'encoder', Pool: 'cpu', FleetMembers: 1, FleetUtilization: 25 }),
  ]);
});
