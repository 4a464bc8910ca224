import { readFlags, UsageError } from '../lib/config/command-line.ts';

export interface FuzzOptions {
  /** Names of targets, in table order. */
  readonly only: readonly string[];
  /** Inputs of all targets together. */
  readonly runs: number;
  readonly seed: number;
  /** Tries only the input in this file. */
  readonly inputFile?: string;
  /** Where failing inputs are written. */
  readonly keepDir: string;
  readonly list: boolean;
  readonly help: boolean;
}

const maxSeed = 2 ** 31 - 2;

/** Parses the flags; `names` are the existing targets. Throws `UsageError`. */
export function parseFuzzOptions(
  args: readonly string[],
  names: readonly string[],
  randomSeed: () => number = () => Math.floor(Math.random() * maxSeed),
): FuzzOptions {
  const values = flagsIn(args);
  const faults: string[] = [];
  const unknown = values.target.filter((name) => !names.includes(name));
  if (unknown.length > 0) faults.push(`no such target: ${unknown.join(', ')}; --list names them`);
  const runs = Number(values.runs);
  if (!/^\d{1,12}$/.test(values.runs) || runs < 1)
    faults.push(`--runs must be a whole number from 1; got '${values.runs}'`);
  const seed = values.seed === undefined ? randomSeed() : Number(values.seed);
  if (values.seed !== undefined && (!/^\d{1,10}$/.test(values.seed) || seed > maxSeed))
    faults.push(`--seed must be a whole number from 0 to ${maxSeed}; got '${values.seed}'`);
  if (values.input !== undefined && values.target.length !== 1)
    faults.push('--input needs one --target, which reads it');
  if (faults.length > 0) throw new UsageError(faults);
  return {
    only: names.filter((name) => values.target.length === 0 || values.target.includes(name)),
    runs,
    seed,
    keepDir: values.keep,
    list: values.list,
    help: values.help,
    ...(values.input === undefined ? {} : { inputFile: values.input }),
  };
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      target: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string', default: '100000' },
      seed: { type: 'string' },
      input: { type: 'string' },
      keep: { type: 'string', default: '.headwater/fuzz' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
