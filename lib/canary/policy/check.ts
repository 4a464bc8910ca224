/** What the canary checks, in the order of the run. */
export const checkNames = [
  'on-air',
  'renditions',
  'continuity',
  'pictures',
  'sound',
  'latency',
  'freshness',
  'cache',
  'headers',
  'takedown',
  'restore',
  'deletion',
] as const;
export type CheckName = (typeof checkNames)[number];

/** One check: what is wrong, in words with the right value (nothing: passed), and what was measured. */
export interface Check {
  readonly name: CheckName;
  readonly faults: readonly string[];
  /** By name; the unit ends the name: `medianMs`. */
  readonly figures: Readonly<Record<string, number>>;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** One fault for many of a kind. */
export const counted = (what: readonly string[], name: string): string[] =>
  what.length === 0 ? [] : [`${what.length} ${name} (right: 0), first: ${what[0]}`];
