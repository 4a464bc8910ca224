import type { FieldCase } from './model.ts';
import type { CaseResult } from './play.ts';

/** A case's line, and one more for each thing that is wrong. */
export function resultText({ name, sent }: FieldCase, { wrong, found }: CaseResult): string {
  const worst = Math.max(0, ...found.offsets.map(({ offsetMs }) => Math.abs(offsetMs)));
  const facts = [
    found.onAirMs === undefined
      ? 'never on the air'
      : `on the air after ${(found.onAirMs / 1000).toFixed(1)} s`,
    ...(found.offsets.length > 0
      ? [`A/V within ${Math.round(worst)} ms at ${found.offsets.length} beeps`]
      : []),
    `${found.pictures.lost.length} pictures lost`,
  ];
  const head = `${wrong.length === 0 ? 'pass' : 'FAIL'}  ${name}: ${sent} (${facts.join(', ')})\n`;
  return head + wrong.map((fault) => `      ${fault}\n`).join('');
}

export function summaryText(results: readonly Pick<CaseResult, 'wrong'>[]): string {
  const failed = results.filter(({ wrong }) => wrong.length > 0).length;
  return `${results.length - failed} passed, ${failed} failed\n`;
}
