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
  if (faults.length > 0) throw new UsageError(faults);
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
