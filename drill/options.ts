import { parseArgs } from 'node:util';

export interface DrillOptions {
  /** Names of rows, in the table's order. */
  readonly only: readonly string[];
  readonly runs: number;
  readonly json: boolean;
  readonly list: boolean;
  readonly help: boolean;
  /** Where the timelines go. */
  readonly outDir: string;
}

/** The command line has faults; the message has all of them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'BAD_USAGE';
}

export const defaultOutDir = '.headwater/drill';

export const helpText = `npm run drill -- [flags]      does to a platform what production will, and measures what a viewer notices

  --only NAME[,NAME]  these rows only (--list names them)
  --runs N            how often each row is run, 1 to 100 (default 1); p50 and p95 are of all runs
  --out DIR           where the timeline of one run of each row is drawn, as NAME.svg (default ${defaultOutDir})
  --json              the figures as JSON on stdout
  --list              the rows and how long a run of each takes
  --help              this text

npm run drill -- --simulate [flags]   the lease protocol's own code in virtual time, under random faults; needs no platform

  --seed N            the first schedule (default 1); each has a seed of its own, which repeats it
  --schedules N       how many (default 100000)
  --broken WHAT       leaves a part of the protocol out, to see that this is found
  --json              the figures as JSON on stdout

Each run has a platform of its own, on free ports and in a temporary folder; nothing else is touched. Let nothing else
run meanwhile: times are judged. Ctrl-C stops everything.
Exit code: 0 where every row held, 1 where one did not or could not be run, 2 for wrong flags.
`;

const mostRuns = 100;

/** Reads the flags; `names` are the rows there are. Throws `UsageError`. */
export function parseDrillOptions(args: readonly string[], names: readonly string[]): DrillOptions {
  const values = readFlags(args);
  const faults: string[] = [];
  const asked = values.only?.split(',').map((name) => name.trim());
  const unknown = asked?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) faults.push(`--only takes ${names.join(', ')}, not '${unknown.join(', ')}'`);
  const runs = Number(values.runs);
  if (!/^\d+$/.test(values.runs) || runs < 1 || runs > mostRuns) {
    faults.push(`--runs takes a whole number from 1 to ${mostRuns}, not '${values.runs}'`);
  }
  if (faults.length > 0) throw new UsageError(faults.join('; '));
  const { json, list, help, out } = values;
  return { only: names.filter((name) => asked?.includes(name) ?? true), runs, json, list, help, outDir: out };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
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
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
