import type { SecretHandler, SecretSource } from '../../control-store/ports.ts';
import { SecretUnreadableError } from '../../control-store/secret-errors.ts';
import { spread } from '../../retry/policy/backoff.ts';
import { poll } from '../../retry/poll.ts';

const maxSecretBytes = 65_536;

export interface PolledSecretOptions {
  readonly name: string;
  /** How to fix an unreadable secret. */
  readonly mend: string;
  /** Fetches the text. Its errors become the cause of a `SecretUnreadableError`. */
  readonly fetch: () => Promise<string>;
  /** Poll interval, ± 10 % so that a fleet doesn't poll in lockstep. */
  readonly everyMs: number;
}

/** A secret that is watched by polling. */
export function polledSecret({ name, mend, fetch, everyMs }: PolledSecretOptions): SecretSource {
  const read = async (): Promise<string> => {
    const text = await fetch().catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SecretUnreadableError(`The secret ${name} cannot be read: ${why}.`, mend, { cause });
    });
    if (text.length <= maxSecretBytes) return text;
    throw new SecretUnreadableError(`The secret ${name} is larger than ${maxSecretBytes} bytes.`, mend);
  };
  return { name, read, watch: (known, handler) => follow(read, everyMs, known, handler) };
}

function follow(
  read: () => Promise<string>,
  everyMs: number,
  known: string,
  handler: SecretHandler,
): () => void {
  let last = known;
  return poll({
    look: read,
    found: (text) => {
      if (text === last) return;
      last = text;
      handler.changed(text);
    },
    failed: (cause) => {
      if (cause instanceof SecretUnreadableError) handler.failed(cause);
    },
    everyMs: () => spread(everyMs, 0.1, Math.random()),
  });
}
