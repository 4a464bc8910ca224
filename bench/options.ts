import { readFlags, UsageError } from '../lib/config/command-line.ts';
import { type LatencyChoices, latencyModes, latencyPlayers } from './latency/choices.ts';

export const parts = ['relay', 'edge', 'worker', 'startup', 'latency'] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly quick: boolean;
  /** Where to write the figures as JSON. */
  readonly jsonFile?: string;
  readonly help: boolean;
  readonly latency: LatencyChoices;
}

/** Parses the flags. Throws `UsageError`. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const values = flagsIn(args);
  const only = someOf(parts, '--only', values.only);
  return {
    parts: only,
    quick: values.quick,
    help: values.help,
    latency: latencyChoices(values),
    ...(values.json === undefined ? {} : { jsonFile: values.json }),
  };
}

function latencyChoices(values: ReturnType<typeof flagsIn>): LatencyChoices {
  const { source, quick } = values;
  const seconds = Number(values.seconds ?? (quick ? 20 : 60));
  if (!/^\d{2,4}x\d{2,4}$/.test(source))
    throw new UsageError(`--source must be like 1280x720; got '${source}'`);
  if (!Number.isInteger(seconds) || seconds < 10) {
    throw new UsageError(`--seconds must be a whole number from 10; got '${values.seconds}'`);
  }
  return {
    players: someOf(latencyPlayers, '--players', values.players),
    modes: someOf(latencyModes, '--latency', values.latency),
    source,
    seconds,
  };
}

/** Those of `all` that the flag lists, in their own order; all without the flag. */
function someOf<T extends string>(all: readonly T[], flag: string, list: string | undefined): readonly T[] {
  const listed = list?.split(',') ?? all;
  const unknown = listed.filter((name) => !all.some((one) => one === name));
  if (unknown.length > 0) {
    throw new UsageError(`${flag} must be one or more of ${all.join(', ')}; got '${unknown.join(', ')}'`);
  }
  return all.filter((one) => listed.includes(one));
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      players: { type: 'string' },
      latency: { type: 'string' },
      source: { type: 'string', default: '1280x720' },
      seconds: { type: 'string' },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
