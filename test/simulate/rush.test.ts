import { describe, expect, test } from '@jest/globals';
import { rush } from '../../simulate/scenarios/rush.ts';
import { preparedFor } from '../../simulate/scenarios/surge.ts';
import { figureOf, smallScale } from './small-scale.ts';

describe('a rush', () => {
  test('reads each object of the origin once in its life, and a prepared fleet refuses nobody', async () => {
    const report = await rush.run(smallScale, 2);
    expect(report.broken).toEqual([]);
    const reads = figureOf(report, 'rush: shield to origin');
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(figureOf(report, 'rush: shield to origin, at most by coalescing'));
    expect(figureOf(report, 'rush: requests to the edge')).toBeGreaterThan(100 * reads);
    expect(figureOf(report, 'event, prepared: broadcasters refused at least once')).toBe(0);
    expect(figureOf(report, 'event, unprepared: broadcasters refused at least once')).toBeGreaterThan(0);
  });

  test('is prepared for with the headroom on top', () => {
    const size = smallScale.cells[0]!;
    const { workers, proxies } = preparedFor(size);
    expect(workers).toBe(Math.ceil(1.8 * size.workers));
    expect(proxies).toBe(Math.ceil(1.8 * size.proxies));
  });
});
