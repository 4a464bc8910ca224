import { figure, formatTable } from '../testkit/report/table.ts';

/** Results of one part of the bench. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly tables: readonly {
    readonly title: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
  readonly targets: readonly Target[];
  /** What a reader must know to interpret the figures, including skipped peers. */
  readonly notes: readonly string[];
  /** All figures, for machines. */
  readonly figures: unknown;
}

/** A figure with the project's own target. */
export interface Target {
  readonly what: string;
  /** NaN if it could not be measured. */
  readonly measured: number;
  readonly unit: string;
  /** @default at-most */
  readonly compare?: 'at-most' | 'at-least' | 'exactly';
  readonly target: number;
}

export type Verdict = 'reached' | 'not reached' | 'not measured';

export function verdict({ measured, target, compare = 'at-most' }: Target): Verdict {
  if (!Number.isFinite(measured)) return 'not measured';
  const reached = {
    'at-most': measured <= target,
    'at-least': measured >= target,
    exactly: measured === target,
  }[compare];
  return reached ? 'reached' : 'not reached';
}

const signs = { 'at-most': '≤', 'at-least': '≥', exactly: '=' } as const;

/** A section for people to read. */
export function sectionText(section: Section): string {
  const parts = [`== ${section.title}`];
  for (const { title, head, rows } of section.tables) parts.push(title, formatTable(head, rows));
  if (section.targets.length > 0) {
    const rows = section.targets.map((target) => [
      target.what,
      `${figure(target.measured)} ${target.unit}`,
      `${signs[target.compare ?? 'at-most']} ${figure(target.target)} ${target.unit}`,
      verdict(target),
    ]);
    parts.push(formatTable(['target', 'measured', 'aim', ''], rows));
  }
  if (section.notes.length > 0) parts.push(section.notes.map((note) => `- ${note}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

/** A section for machines, with the verdicts. */
export function sectionJson(section: Section): object {
  const targets = section.targets.map((target) => ({ ...target, verdict: verdict(target) }));
  return { ...section, targets };
}
