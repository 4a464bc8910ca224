import { median, percentile } from '../testkit/report/statistics.ts';
import type { Drill, Finding, Measure } from './model.ts';

/** One run of a row: what it found, or why it could not be carried out; and how fast the machine was before it. */
export type Outcome = ({ readonly finding: Finding } | { readonly failure: string }) & {
  /** From `measureMachineSpeed`. */
  readonly machineSpeed?: number;
};

/** A measure over all runs. */
export interface JudgedMeasure {
  readonly name: string;
  readonly unit: Measure['unit'];
  readonly limit: number;
  readonly judged: NonNullable<Measure['judged']>;
  /** One value per run, in order. */
  readonly values: readonly number[];
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly held: boolean;
}

export interface JudgedRow {
  readonly name: string;
  readonly fault: string;
  readonly promise: string;
  readonly runs: number;
  /** How fast the machine encoded before each run, as a multiple of real time. */
  readonly machineSpeeds: readonly number[];
  readonly measures: readonly JudgedMeasure[];
  /** Errors of the runs that could not be carried out. */
  readonly failures: readonly string[];
  readonly held: boolean;
}

/**
 * The result of all runs of a row. A row holds if every run was carried out and every measure stayed within its limit in each
 * run (or at its p95, if so specified). A value of NaN was not measured, and never holds.
 */
export function judgeRow(row: Omit<Drill, 'run'>, outcomes: readonly Outcome[]): JudgedRow {
  const findings = outcomes.flatMap((outcome) => ('finding' in outcome ? [outcome.finding] : []));
  const failures = outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome.failure] : []));
  const machineSpeeds = outcomes.flatMap(({ machineSpeed }) => machineSpeed ?? []);
  const byName = Map.groupBy(
    findings.flatMap(({ measures }) => measures),
    ({ name }) => name,
  );
  const measures = [...byName.values()].map(judgeMeasure);
  const complete = [...byName.values()].every((each) => each.length === findings.length);
  const { name, fault, promise } = row;
  const held =
    failures.length === 0 && measures.length > 0 && complete && measures.every((each) => each.held);
  return { name, fault, promise, runs: outcomes.length, machineSpeeds, measures, failures, held };
}

function judgeMeasure(runs: readonly Measure[]): JudgedMeasure {
  const { name, unit, limit, judged = 'each' } = runs[0]!;
  const values = runs.map(({ value }) => value);
  const measured = values.every((value) => !Number.isNaN(value));
  const [p50, p95, max] = measured
    ? [median(values), percentile(values, 95), Math.max(...values)]
    : [Number.NaN, Number.NaN, Number.NaN];
  return { name, unit, limit, judged, values, p50, p95, max, held: (judged === 'p95' ? p95 : max) <= limit };
}
