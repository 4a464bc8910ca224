import { describe, expect, test } from '@jest/globals';
import type { Drill, Measure } from '../../drill/model.ts';
import { edgeTierKilled } from '../../drill/rows/edge-tier-killed.ts';
import { proxyKilled } from '../../drill/rows/proxy-killed.ts';
import { publishersRace } from '../../drill/rows/publishers-race.ts';
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
    edgeTierKilled,
    publishersRace({ rounds: 20, encoderRounds: 0 }),
  ])('$name', async (drill) => {
    expect(await tooMany(drill)).toEqual({});
  });
});
