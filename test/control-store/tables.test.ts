import { describe, expect, test } from '@jest/globals';
import {
  controlTableNames,
  controlTables,
  fleetPartitionOf,
  fleetPartitions,
  physicalName,
  type TableDescription,
} from '../../lib/control-store/tables.ts';

const described = (name: keyof typeof controlTables): TableDescription => controlTables[name];

describe('the tables of the control store', () => {
  test('are named after the deployment', () => {
    expect(controlTableNames.map((table) => physicalName('headwater', table))).toEqual([
      'headwater-streams',
      'headwater-leases',
      'headwater-fleet',
      'headwater-events',
    ]);
  });

  test('let expire what is no one’s to delete, and nothing else', () => {
    expect(controlTableNames.filter((table) => described(table).expiryAttribute !== undefined)).toEqual([
      'streams',
      'fleet',
      'events',
    ]);
  });

  test('tell of new events only', () => {
    expect(controlTableNames.filter((table) => described(table).streamView !== undefined)).toEqual([
      'events',
    ]);
  });

  test('list streams, and open broadcasts, each by an attribute of their own that no table is keyed by', () => {
    const keys = controlTableNames.flatMap((table) => {
      const { partitionKey, sortKey } = described(table);
      return [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
    });
    const indexes = controlTableNames.flatMap((table) => described(table).indexes);
    expect(indexes.map(({ name }) => name)).toEqual([
      'streams-by-id',
      'open-items',
      'streams-by-owner',
      'newest-streams',
    ]);
    const marks = new Set(indexes.map(({ partitionKey }) => partitionKey.name));
    expect([...marks]).toEqual(['listing', 'open', 'owner']);
    for (const mark of marks) expect(keys).not.toContain(mark);
  });

  test('list open broadcasts by nothing that changes while they are open', () => {
    const index = described('streams').indexes.find(({ name }) => name === 'open-items');
    expect(index?.projection).toBe('KEYS_ONLY');
  });
});

describe('the partitions of the fleet', () => {
  test('are different for each role, and the first is the one that earlier versions used', () => {
    const all = [...fleetPartitions('ingest'), ...fleetPartitions('encoder')];
    expect(new Set(all).size).toBe(all.length);
    expect(fleetPartitions('encoder')[0]).toBe('encoder');
  });

  test('share the members evenly', () => {
    const counts = new Map(fleetPartitions('encoder').map((partition) => [partition, 0]));
    for (let index = 0; index < 1_600; index++) {
      const partition = fleetPartitionOf('encoder', `member-${index}`);
      counts.set(partition, counts.get(partition)! + 1);
    }
    expect(Math.min(...counts.values())).toBeGreaterThan(70);
    expect(Math.max(...counts.values())).toBeLessThan(130);
  });
});
