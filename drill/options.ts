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

export const helpText = `npm run drill -- [flags]      injects the faults of production into a platform, and measures what a viewer notices

  --only NAME[,NAME]  run only these rows (see --list)
  --runs N            how often to run each row, 1 to 100 (default 1); p50 and p95 cover all runs
  --out DIR           where to draw the timeline of one run of each row, as NAME.svg (default ${defaultOutDir})
  --json              print the figures as JSON on stdout
  --list              list the rows and the duration of a run of each
  --help              show this text

npm run drill -- --simulate [flags]   runs the lease protocol's own code in virtual time, under random faults; needs no platform

  --seed N            the first schedule's seed (default 1); each schedule has its own, which reproduces it
  --schedules N       how many schedules to run (default 100000)
  --broken WHAT       leave out a part of the protocol, to check that the simulation notices
  --json              print the figures as JSON on stdout

Each run has a platform of its own, on free ports and in a temporary folder; nothing else is touched. Run nothing else
meanwhile: times are judged. Ctrl-C stops everything.
Exit code: 0 if every row held, 1 if one did not or failed to run, 2 for invalid flags.
`;

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
  if (faults.length > 0) throw new UsageError(faults.join('; '));
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
