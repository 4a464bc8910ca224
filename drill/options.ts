import { readFlags, UsageError } from '../lib/config/command-line.ts';

export interface DrillOptions {
  /** Names of rows, in table order. */
  readonly only: readonly string[];
  readonly runs: number;
  readonly json: boolean;
  readonly list: boolean;
  readonly help: boolean;
  /** Where to put the timelines. */
  readonly outDir: string;
}

export const defaultOutDir = '.headwater/drill';

const maxRuns = 100;

/** Parses the flags; `names` are the existing rows. Throws `UsageError`. */
export function parseDrillOptions(args: readonly string[], names: readonly string[]): DrillOptions {
  const values = flagsIn(args);
  const faults: string[] = [];
  const asked = values.only?.split(',').map((name) => name.trim());
  const unknown = asked?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0)
    faults.push(`--only must be one or more of ${names.join(', ')}; got '${unknown.join(', ')}'`);
  const runs = Number(values.runs);
  if (!/^\d+$/.test(values.runs) || runs < 1 || runs > maxRuns) {
    faults.push(`--runs must be a whole number from 1 to ${maxRuns}; got '${values.runs}'`);
  }
  if (faults.length > 0) throw new UsageError(faults);
  const { json, list, help, out } = values;
  return { only: names.filter((name) => asked?.includes(name) ?? true), runs, json, list, help, outDir: out };
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      only: { type: 'string' },
      runs: { type: 'string', default: '1' },
      out: { type: 'string', default: defaultOutDir },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
