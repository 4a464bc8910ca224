import { figure, formatTable } from '../testkit/report/table.ts';

/** What one part of the bench found. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly tables: readonly {
    readonly title: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
  readonly targets: readonly Target[];
  /** What a reader must know to read the figures; skipped peers too. */
  readonly notes: readonly string[];
  /** All figures, for machines. */
  readonly figures: unknown;
}

/** A figure that the project promised itself. */
export interface Target {
  readonly what: string;
  /** NaN where it could not be measured. */
  readonly measured: number;
  readonly unit: string;
  /** `at-most` unless told. */
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

/** A section as people read it. */
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

/** A section as machines read it, with the verdicts. */
export function sectionJson(section: Section): object {
  const targets = section.targets.map((target) => ({ ...target, verdict: verdict(target) }));
  return { ...section, targets };
}
