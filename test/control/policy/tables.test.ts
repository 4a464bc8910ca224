import { describe, expect, test } from '@jest/globals';
import {
  controlTableNames,
  controlTables,
  physicalName,
  type TableDescription,
} from '../../../lib/control/policy/tables.ts';

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
      'fleet',
      'events',
    ]);
  });

  test('tell of new events only', () => {
    expect(controlTableNames.filter((table) => described(table).streamView !== undefined)).toEqual([
      'events',
    ]);
  });

  test('list nothing but streams by an attribute that no table is keyed by', () => {
    const keys = controlTableNames.flatMap((table) => {
      const { partitionKey, sortKey } = described(table);
      return [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
    });
    const [index, ...others] = controlTableNames.flatMap((table) => described(table).indexes);
    expect(others).toEqual([]);
    expect(keys).not.toContain(index?.partitionKey.name);
    expect(index?.sortKey).toEqual(controlTables.streams.partitionKey);
  });
});
