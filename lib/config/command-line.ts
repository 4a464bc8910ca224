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
    throw new UsageError(faultWords((cause as Error).message), { cause });
  }
}

/** Node's words, without its advice of several lines about values and arguments that begin with a dash. */
function faultWords(message: string): string {
  const [, flags, why] =
    /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument (missing|is ambiguous)/.exec(message) ?? [];
  if (flags === undefined) return message.replace(/^(Unknown option '[^']*')\. .*$/s, '$1');
  return why === 'missing'
    ? `${flags} needs a value`
    : `${flags} needs a value; one that begins with a dash is written ${flags}=-VALUE`;
}
