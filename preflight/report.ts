import type { Finding, Severity } from './finding.ts';

const titles: readonly (readonly [Severity, string])[] = [
  ['missing', 'Missing'],
  ['warning', 'Warnings'],
  ['note', 'Capacity'],
];

/** What people read: everything but what is fine, which is only counted. */
export function reportText(findings: readonly Finding[]): string {
  const sections = titles.flatMap(([severity, title]) => {
    const ours = findings.filter((finding) => finding.severity === severity);
    return ours.length === 0 ? [] : [[title, ...ours.map(findingText)].join('\n')];
  });
  return `${[...sections, summaryText(findings)].join('\n\n')}\n`;
}

function findingText({ where, what, needed, has, mend, severity }: Finding): string {
  const figures =
    needed === undefined || severity === 'note'
      ? ''
      : ` Needed: ${needed}${has === undefined ? '' : `; has: ${has}`}.`;
  return `  ${where}: ${what}${figures}${mend === undefined ? '' : `\n    ${mend}`}`;
}

function summaryText(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const warnings = count('warning');
  return `${count('missing')} missing, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, ${count('ok') + count('note')} fine`;
}

/** 1 if something is missing. */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 =>
  findings.some(({ severity }) => severity === 'missing') ? 1 : 0;
