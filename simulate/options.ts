import { readFlags, UsageError } from '../lib/config/command-line.ts';
import type { Scenario } from './model.ts';

export interface SimulateOptions {
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  readonly json: boolean;
  readonly help: boolean;
}

export const helpText = `npm run simulate -- [flags]    the platform's own decisions at the scale of 1,000,000 streams, 10,000,000 viewers, 2,000 workers

  --scenario NAME  rush, zone, region, deploy or all (default all)
  --seed N         the same seed gives the same figures (default 1)
  --json           print the figures as JSON on stdout
  --help           show this text

Needs no network and no other programs; takes a few minutes on two cores. docs/scale.md says what is simulated and what was found.
Exit code: 0 if every promise held, 1 if not, 2 for invalid flags.
`;

/** Parses the flags. Throws `UsageError`. */
export function parseSimulateOptions(args: readonly string[], all: readonly Scenario[]): SimulateOptions {
  const { seed, scenario, json, help } = flagsIn(args);
  const names = [...all.map(({ name }) => name), 'all'];
  const faults: string[] = [];
  if (!/^\d{1,9}$/.test(seed)) faults.push(`--seed must be a whole number; got '${seed}'`);
  if (!names.some((name) => name === scenario))
    faults.push(`--scenario must be one of ${names.join(', ')}; got '${scenario}'`);
  if (faults.length > 0) throw new UsageError(faults.join('; '));
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
