import { expect, test } from '@jest/globals';
import { ceilings } from '../../simulate/ceilings.ts';
import { fullScale } from '../../simulate/cell/size.ts';

const most = (name: string): number => {
  const found = ceilings(fullScale.cells[0]!, fullScale.viewers).find((ceiling) => ceiling.name === name);
  if (!found) throw new Error(`There is no ceiling '${name}'`);
  return found.most;
};

test('ceilings are where the code’s own constants meet the limits', () => {
  // 12 objects for each segment of 2 s.
  expect(most('S3 writes a second, one partition')).toBe(583);
  // A renewal every 500 ms.
  expect(most('lease writes a second, a cold table')).toBe(2_000);
  // A heartbeat a second from each of 1,000 workers of eight streams, of which 30 % are kept free; a deploy runs twice as many.
  expect(most('heartbeats a second, one partition')).toBe(5_600);
  expect(most('heartbeats a second during a deploy, one partition')).toBe(2_800);
});
