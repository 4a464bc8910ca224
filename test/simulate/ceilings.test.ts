import { expect, test } from '@jest/globals';
import { mostFleetTasks } from '../../lib/config/defaults.ts';
import { warmTables } from '../../lib/cost/table-load.ts';
import { type Ceiling, ceilings } from '../../simulate/ceilings.ts';
import { fullScale } from '../../simulate/cell/size.ts';

const ceiling = (name: RegExp): Ceiling => {
  const found = ceilings(fullScale).find((row) => name.test(row.name));
  if (!found) throw new Error(`There is no ceiling ${name}`);
  return found;
};

test('ceilings are where the code’s own constants meet the limits', () => {
  // 6.4 objects for each segment of 2 s, and five a minute for pictures.
  expect(ceiling(/^S3 writes/).most).toBe(1065);
  // A renewal every 500 ms, on a table that is created warm.
  const { leases } = warmTables(fullScale.cells[0]!.compute);
  expect(ceiling(/^DynamoDB writes to the leases/)).toMatchObject({
    asks: 2 * fullScale.cells[0]!.onAir,
    limit: leases?.writesPerSecond,
  });
  // Eight streams of each of 5,000 workers.
  expect(ceiling(/^CPU encoder tasks \(most/).most).toBe(8 * mostFleetTasks.fargate);
});

test('the fleet’s tables hold a deploy of the simulated region', () => {
  const rows = ceilings(fullScale).filter(({ name }) => /^DynamoDB .* during a deploy/.test(name));
  expect(rows).toHaveLength(5);
  for (const { asks, limit } of rows) {
    expect(asks).toBeGreaterThan(0);
    expect(asks).toBeLessThan(limit);
  }
});
