import { readFlags, UsageError } from '../lib/config/command-line.ts';

export const parts = ['relay', 'edge', 'worker', 'startup'] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly quick: boolean;
  /** Where to write the figures as JSON. */
  readonly jsonFile?: string;
  readonly help: boolean;
}

export const helpText = `npm run bench -- [flags]      measures Headwater next to its peers on this machine

  --only PART[,PART]  ${parts.join(', ')} (default all)
  --quick             fewer and shorter rounds, under 2 minutes; for a first look, not for publishing
  --json FILE         also write the figures as JSON
  --help              show this text

Peers (haproxy, nginx with libnginx-mod-rtmp, varnish: Debian packages of these names) are started by the bench on
free ports of 127.0.0.1 and stopped at the end; any that is not installed is skipped and listed in the report.
Run nothing else meanwhile. Exit code: 0 whatever the figures are, 1 if a run failed, 2 for invalid flags.
`;

/** Parses the flags. Throws `UsageError`. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const values = flagsIn(args);
  const only = values.only?.split(',') ?? [...parts];
  const unknown = only.filter((name) => !parts.some((part) => part === name));
  if (unknown.length > 0) {
    throw new UsageError(`--only must be one or more of ${parts.join(', ')}; got '${unknown.join(', ')}'`);
  }
  return {
    parts: parts.filter((part) => only.includes(part)),
    quick: values.quick,
    help: values.help,
    ...(values.json === undefined ? {} : { jsonFile: values.json }),
  };
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
