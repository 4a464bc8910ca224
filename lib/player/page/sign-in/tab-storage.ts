/** A sign-in that went to the issuer and hasn't come back. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Path of the page to show afterwards. */
  readonly returnTo: string;
}

type SessionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const pendingKey = 'headwater.sign-in';
const refreshKey = 'headwater.refresh-token';

/**
 * What a tab keeps while it is reloaded or away at the issuer; other tabs don't see it, and it ends with the tab (why: docs/decisions/0031).
 * Without storage nothing is found, and `setPending` throws.
 */
export class TabStorage {
  readonly #storage: () => SessionStorage;

  /** `storage` throws where the browser allows none. */
  constructor(storage: () => SessionStorage = () => sessionStorage) {
    this.#storage = storage;
  }

  setPending(pending: PendingSignIn): void {
    this.#storage().setItem(pendingKey, JSON.stringify(pending));
  }

  /** Can be taken once, so that an address can't be used twice. */
  takePending(): PendingSignIn | undefined {
    const text = this.#take(pendingKey);
    try {
      return text === null ? undefined : (JSON.parse(text) as PendingSignIn);
    } catch {
      return undefined;
    }
  }

  get refreshToken(): string | undefined {
    try {
      return this.#storage().getItem(refreshKey) ?? undefined;
    } catch {
      return undefined;
    }
  }

  set refreshToken(token: string | undefined) {
    try {
      if (token === undefined) this.#storage().removeItem(refreshKey);
      else this.#storage().setItem(refreshKey, token);
    } catch {
      // A reload then asks for another sign-in.
    }
  }

  #take(key: string): string | null {
    try {
      const text = this.#storage().getItem(key);
      this.#storage().removeItem(key);
      return text;
    } catch {
      return null;
    }
  }
}
