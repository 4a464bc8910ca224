import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Invalid command line; the message names every fault. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'BAD_USAGE';
}

/** Node's `parseArgs`. Throws `UsageError` if there is an unknown flag, or one without its value. */
export function readFlags<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
