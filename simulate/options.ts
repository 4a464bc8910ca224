import { readFlags, UsageError } from '../lib/config/command-line.ts';
import type { Scenario } from './model.ts';

export interface SimulateOptions {
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  readonly json: boolean;
  readonly help: boolean;
}

/** Parses the flags. Throws `UsageError`. */
export function parseSimulateOptions(args: readonly string[], all: readonly Scenario[]): SimulateOptions {
  const { seed, scenario, json, help } = flagsIn(args);
  const names = [...all.map(({ name }) => name), 'all'];
  const faults: string[] = [];
  if (!/^\d{1,9}$/.test(seed)) faults.push(`--seed must be a whole number; got '${seed}'`);
  if (!names.some((name) => name === scenario))
    faults.push(`--scenario must be one of ${names.join(', ')}; got '${scenario}'`);
  if (faults.length > 0) throw new UsageError(faults);
  const scenarios = all.filter(({ name }) => scenario === 'all' || name === scenario);
  return { seed: Number(seed), scenarios, json, help };
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string', default: 'all' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
