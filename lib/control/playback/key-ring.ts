import type { SecretSource } from '../../control-store/ports.ts';
import type { SigningKey } from '../../edge/policy/access/playback-token.ts';
import { type DatedKey, parseSigningKeys, signingKeyAt } from '../../edge/policy/access/signing-keys.ts';
import type { Clock } from '../../net/clock.ts';

/** A rotation takes effect after a minute anyway. */
const rereadMs = 30_000;

/**
 * The signing keys, read when they are needed and not more often than every 30 s. Not watched: a function is frozen between requests.
 */
export class KeyRing {
  readonly #source: Pick<SecretSource, 'read'>;
  readonly #clock: Clock;
  #keys: readonly DatedKey[] | undefined;
  #readMs = 0;

  constructor(source: Pick<SecretSource, 'read'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Throws `SecretUnreadableError` and `SigningKeysError`, unless older keys are known. */
  async current(): Promise<SigningKey> {
    const nowMs = this.#clock.nowMs();
    if (this.#keys === undefined || nowMs - this.#readMs >= rereadMs) {
      try {
        this.#keys = parseSigningKeys(await this.#source.read());
      } catch (cause) {
        if (this.#keys === undefined) throw cause;
      }
      this.#readMs = nowMs;
    }
    return signingKeyAt(this.#keys, this.#clock.wallMs());
  }
}
