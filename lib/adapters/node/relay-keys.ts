import type { SecretSource } from '../../control-store/ports.ts';
import { SecretUnreadableError } from '../../control-store/secret-errors.ts';
import { parseRelayKeys, type RelayKeys } from '../../protocol/relay/seal.ts';

export interface RelayKeysHandler {
  loaded(about: { readonly source: string; readonly keys: number }): void;
  /** The secret became unreadable or is malformed. The keys in use stay. */
  rejected(about: { readonly source: string; readonly cause: Error }): void;
}

export interface LoadedRelayKeys {
  /** The keys in use now. */
  current(): RelayKeys;
  /** Stops watching the secret. */
  close(): void;
}

/** Reads the keys that proxies and workers share, and follows their rotation. Throws `SecretUnreadableError`. */
export async function loadRelayKeys(
  source: SecretSource,
  { loaded, rejected }: RelayKeysHandler,
): Promise<LoadedRelayKeys> {
  const text = await source.read();
  let keys = parse(source.name, text);
  const close = source.watch(text, {
    changed(next) {
      try {
        keys = parse(source.name, next);
      } catch (cause) {
        rejected({ source: source.name, cause: cause as Error });
        return;
      }
      loaded({ source: source.name, keys: keys.length });
    },
    failed: (cause) => rejected({ source: source.name, cause }),
  });
  return { current: () => keys, close };
}

function parse(name: string, text: string): RelayKeys {
  const keys = parseRelayKeys(text);
  if (keys !== undefined) return keys;
  throw new SecretUnreadableError(
    `The secret ${name} has no relay keys.`,
    'Set HEADWATER_RELAY_KEYS to a secret with one to four keys of at least 32 characters, one a line, the newest first; the same for ingest proxies and encoder workers.',
  );
}
