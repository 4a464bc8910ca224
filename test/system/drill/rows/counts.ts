import { expect } from '@jest/globals';
import type { Drill, Measure } from '../../../../drill/model.ts';
import { recordTimeline } from '../../../../drill/timeline.ts';

/** What a busy machine changes: `npm run drill` judges it, on a machine that does nothing else. */
const isTiming = ({ unit }: Measure): boolean => unit === 's' || unit === 'ms';

/** One run; the counts that are over their limits, by name. */
export async function countsOverLimit(drill: Drill): Promise<Record<string, number>> {
  const { measures } = await drill.run(recordTimeline(1).context);
  const counts = measures.filter((measure) => !isTiming(measure));
  expect(counts.length).toBeGreaterThan(0);
  return Object.fromEntries(
    counts.filter(({ value, limit }) => !(value <= limit)).map(({ name, value }) => [name, value]),
  );
}
