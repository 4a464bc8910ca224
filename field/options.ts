import { readFlags, UsageError } from '../lib/config/command-line.ts';

export interface FieldOptions {
  /** Names of cases, in table order. */
  readonly only: readonly string[];
  /** How many cases are played side by side. */
  readonly together: number;
  readonly list: boolean;
  readonly help: boolean;
  /** Where to keep what viewers got. */
  readonly keepDir?: string;
}

export const helpText = `npm run field [-- flags] [CASE …]   plays what real encoders and networks do, and judges what viewers get

  CASE …        play only these cases (see --list)
  --together N  how many cases to play side by side, 1 to 8 (default 2)
  --keep DIR    keep what viewers got of each case, what was found of it, and the platform's log
  --list        list the cases and what each sends
  --help        show this text

All cases share a platform of their own, on free ports and in a temporary folder; nothing else is touched. Each prints one line.
Exit code: 0 if all passed, 1 if one failed, 2 for invalid flags. Ctrl-C stops everything.
`;

const maxTogether = 8;

/** Parses the flags; `names` are the existing cases. Throws `UsageError`. */
export function parseFieldOptions(args: readonly string[], names: readonly string[]): FieldOptions {
  const { values, positionals } = flagsIn(args);
  const faults: string[] = [];
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) faults.push(`no such case: ${unknown.join(', ')}; --list names them`);
  const together = Number(values.together);
  if (!/^\d+$/.test(values.together) || together < 1 || together > maxTogether)
    faults.push(`--together must be a whole number from 1 to ${maxTogether}; got '${values.together}'`);
  if (faults.length > 0) throw new UsageError(faults.join('; '));
  const { list, help, keep } = values;
  return {
    only: names.filter((name) => positionals.length === 0 || positionals.includes(name)),
    together,
    list,
    help,
    ...(keep === undefined ? {} : { keepDir: keep }),
  };
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    allowPositionals: true,
    options: {
      together: { type: 'string', default: '2' },
      keep: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
