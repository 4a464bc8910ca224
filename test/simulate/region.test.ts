import { expect, test } from '@jest/globals';
import { regionLost } from '../../simulate/scenarios/region.ts';
import { figureOf, smallScale } from './small-scale.ts';

test('a lost region takes nothing else along, and all of its broadcasts return', async () => {
  const report = await regionLost.run(smallScale, 3);
  expect(report.broken).toEqual([]);
  expect(figureOf(report, 'of them moved or refused')).toBe(0);
  const dark = figureOf(report, 'broadcasts that went dark');
  expect(dark).toBe(smallScale.cells[0]?.onAir);
  expect(figureOf(report, 'on air again after the return')).toBe(dark);
});
