import type { SecretHandler, SecretSource } from '../../control-store/ports.ts';
import { SecretUnreadableError } from '../../control-store/secret-errors.ts';
import { spread } from '../../retry/policy/backoff.ts';

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
  return { name, read, watch: (known, handler) => poll(read, everyMs, known, handler) };
}

function poll(
  read: () => Promise<string>,
  everyMs: number,
  known: string,
  handler: SecretHandler,
): () => void {
  let last = known;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const [text, cause] = await read().then(
      (text) => [text, undefined] as const,
      (cause: SecretUnreadableError) => [undefined, cause] as const,
    );
    if (timer === undefined) return;
    later();
    if (cause !== undefined) {
      if (!failing) handler.failed(cause);
    } else if (text !== last) {
      last = text;
      handler.changed(text);
    }
    failing = cause !== undefined;
  };
  const later = (): void => {
    timer = setTimeout(() => void look(), spread(everyMs, 0.1, Math.random()));
    timer.unref();
  };
  later();
  return () => {
    clearTimeout(timer);
    timer = undefined;
  };
}
