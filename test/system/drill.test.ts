import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import type { Drill, Measure } from '../../drill/model.ts';
import { clockSkew } from '../../drill/rows/clock-skew.ts';
import { diskFull } from '../../drill/rows/disk-full.ts';
import { edgeTierKilled } from '../../drill/rows/edge-tier-killed.ts';
import { originFaults } from '../../drill/rows/origin-faults.ts';
import { proxyKilled } from '../../drill/rows/proxy-killed.ts';
import { publishersRace } from '../../drill/rows/publishers-race.ts';
import { rollingDrain } from '../../drill/rows/rolling-drain.ts';
import { storeDown } from '../../drill/rows/store-down.ts';
import { workerKilled } from '../../drill/rows/worker-killed.ts';
import { workerPaused } from '../../drill/rows/worker-paused.ts';
import { recordTimeline } from '../../drill/timeline.ts';

/** What a busy machine changes: `npm run drill` judges it, on a machine that does nothing else. */
const isTiming = ({ unit }: Measure): boolean => unit === 's' || unit === 'ms';

/** One run; the counts that are over their limits, by name. */
async function tooMany(drill: Drill): Promise<Record<string, number>> {
  const { measures } = await drill.run(recordTimeline(1).context);
  const counts = measures.filter((measure) => !isTiming(measure));
  expect(counts.length).toBeGreaterThan(0);
  return Object.fromEntries(
    counts.filter(({ value, limit }) => !(value <= limit)).map(({ name, value }) => [name, value]),
  );
}

describe('the drill’s fast rows: no count over its limit', () => {
  test.each([
    proxyKilled,
    workerKilled,
    workerPaused,
    rollingDrain({ broadcasts: 1 }),
    edgeTierKilled,
    publishersRace({ rounds: 40, encoderRounds: 1 }),
    clockSkew,
    storeDown({ downMs: 8000 }),
    originFaults({ faultMs: 8000 }),
  ])('$name', async (drill) => {
    expect(await tooMany(drill)).toEqual({});
  });

  // A full disk is a small file system of its own, which not everybody may mount.
  const mounts = spawnSync('unshare', ['--mount', 'true']).status === 0;
  (mounts ? test : test.skip)('disk-full', async () => {
    expect(await tooMany(diskFull({ fullMs: 8000, of: ['all'] }))).toEqual({});
  });
});
