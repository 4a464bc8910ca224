import { expect, test } from '@jest/globals';
import type { Measure } from '../../drill/model.ts';
import { takedown } from '../../drill/rows/takedown.ts';
import { recordTimeline } from '../../drill/timeline.ts';

/** What a busy machine changes: `npm run drill` judges it, on a machine that does nothing else. */
const isTiming = ({ unit }: Measure): boolean => unit === 's' || unit === 'ms';

test('a stream on air is taken down and restored, though the control program dies in the middle of both', async () => {
  const { measures } = await takedown.run(recordTimeline(2).context);
  const counts = measures.filter((measure) => !isTiming(measure));
  expect(counts.length).toBeGreaterThan(6);
  const over = counts.filter(({ value, limit }) => !(value <= limit)).map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(over)).toEqual({});
});
