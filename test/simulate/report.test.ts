import { expect, test } from '@jest/globals';
import { scaleReport, scaleText, scenarioText } from '../../simulate/report.ts';
import { smallScale } from './small-scale.ts';

test('a report says what is on the air, which limits bind where, and which promises broke', () => {
  const text = scaleText(scaleReport(smallScale));
  expect(text).toContain(
    '5,000 streams, of which 132 are on air: as many as 24 workers of 8 streams take with 30 % kept free.',
  );
  expect(text).toMatch(/S3 writes to a new partition +144 +3,500 +1,065 streams/);
  const figures = [{ name: 'longest gap', value: 0.8125, unit: 's', note: 'of 12' }] as const;
  const report = { name: 'deploy', title: 'A deploy', figures };
  expect(scenarioText({ ...report, broken: [] }, 1.2)).toMatch(
    /longest gap +0.813 s +of 12\nevery promise held \(1 s\)/,
  );
  expect(scenarioText({ ...report, broken: ['x has 2 owners'] }, 1)).toContain('BROKEN: x has 2 owners');
});
