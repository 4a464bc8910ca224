import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Invalid command line: every fault, each on a line of its own. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'BAD_USAGE';
  readonly faults: readonly string[];

  constructor(faults: string | readonly string[], options?: ErrorOptions) {
    const all = typeof faults === 'string' ? [faults] : faults;
    super(all.join('; '), options);
    this.faults = all;
  }
}

/** What a command says of a command line that it can't use: `name` in front of each line, and where the flags are explained. */
export const usageText = (name: string, { faults }: UsageError): string =>
  [...faults, `Run npm run ${name} -- --help for the flags.`].map((line) => `${name}: ${line}\n`).join('');

/** Node's `parseArgs`. Throws `UsageError` if there is an unknown flag, or one without its value. */
export function readFlags<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}
