import type { Check, CheckName } from './policy/check.ts';
import { type CanaryReport, hasPassed } from './run.ts';

/** For people: a line for each check, and one more for everything that is wrong. */
export function reportText(report: CanaryReport): string {
  const { checks, failure, leftBehind, streamId, region } = report;
  const wrong = checks.filter(({ faults }) => faults.length > 0).length;
  const lines = [
    ...checks.flatMap(checkLines),
    ...(failure === undefined ? [] : [`FAIL  run ended early: ${failure}`]),
    ...(leftBehind === undefined ? [] : [`FAIL  cleanup: ${leftBehind}`]),
    `${hasPassed(report) ? 'passed' : 'failed'}: ${checks.length - wrong} of ${checks.length} checks passed, stream ${streamId} in ${region}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function checkLines({ name, faults, figures }: Check): string[] {
  const measured = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
  return [
    `${faults.length === 0 ? 'pass' : 'FAIL'}  ${name}${measured.length > 0 ? ` (${measured.join(', ')})` : ''}`,
    ...faults.map((fault) => `      ${fault}`),
  ];
}

/** For machines: one JSON document. */
export function reportJson(report: CanaryReport): string {
  const { checks, ...rest } = report;
  return `${JSON.stringify({
    passed: hasPassed(report),
    ...rest,
    checks: checks.map(({ name, faults, figures }) => ({
      name,
      passed: faults.length === 0,
      faults,
      figures,
    })),
  })}\n`;
}

/** Everything that is wrong, with the check it belongs to. */
export const faultsOfReport = ({ checks, failure, leftBehind }: CanaryReport): string[] => [
  ...checks.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`)),
  ...(failure === undefined ? [] : [`run ended early: ${failure}`]),
  ...(leftBehind === undefined ? [] : [leftBehind]),
];

/** What a check measured; undefined if it didn't. */
export const figureOf = ({ checks }: CanaryReport, name: CheckName, figure: string): number | undefined =>
  checks.find((check) => check.name === name)?.figures[figure];
