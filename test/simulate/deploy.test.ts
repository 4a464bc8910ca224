import { expect, test } from '@jest/globals';
import { audit, movesSince, placement } from '../../simulate/cell/audit.ts';
import { Cell } from '../../simulate/cell/cell.ts';
import { rollOut } from '../../simulate/cell/deployment.ts';
import { Timeline } from '../../simulate/world/timeline.ts';
import { smallScale } from './small-scale.ts';

test('a deploy replaces workers whose protection has ended, and each broadcast has a new owner after a short gap', async () => {
  const timeline = new Timeline();
  const cell = new Cell(timeline, smallScale.cells[0]!, { seed: 5, population: smallScale.population });
  // Nothing protects them, as if their two hours were over.
  for (const worker of cell.workers.values()) worker.hold.due = () => undefined;
  cell.start();
  const before = placement(cell);
  const deploy = rollOut(cell);
  await timeline.run(20 * 60_000);
  expect(deploy.workersDoneAtMs).toBeDefined();
  expect(deploy.proxiesDoneAtMs).toBeDefined();
  expect(audit(cell)).toEqual([]);
  expect(movesSince(before)).toEqual({ least: before.size, moved: before.size, needless: 0 });
  const gaps = cell.ledger.takeovers['handed over'];
  expect(gaps.length).toBeGreaterThan(before.size / 2);
  // The draining worker publishes the rest, and the next one looks every 100 ms.
  expect(Math.max(...gaps)).toBeLessThan(1_000);
  expect(cell.ledger.takeovers['proxy replaced'].length).toBe(before.size);
});
