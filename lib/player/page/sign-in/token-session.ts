const tokenKey = 'headwater.api-token';

type SessionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The token in the fragment of the link that `npm run live` prints: `#token=…`; undefined if there is none. */
export const tokenIn = (fragment: string): string | undefined =>
  /^#token=([^\s&]{32,200})$/.exec(fragment)?.[1];

/**
 * The API's token, in this tab only: at home an address belongs to another machine tomorrow, and storage that outlives the tab would
 * show it the token (docs/decisions/0044). Signs requests as a sign-in's session does.
 */
export class TokenSession {
  /** Called when the API has refused the token, which is then forgotten. */
  onRefused: () => void = () => {};
  #token: string | undefined;
  readonly #storage: () => SessionStorage;

  /** `storage` throws where the browser allows none. */
  constructor(storage: () => SessionStorage = () => sessionStorage) {
    this.#storage = storage;
    try {
      this.#token = storage().getItem(tokenKey) ?? undefined;
    } catch {
      // A reload then asks again.
    }
  }

  get isIn(): boolean {
    return this.#token !== undefined;
  }

  enter(token: string): void {
    this.#token = token;
    this.#keep((storage) => storage.setItem(tokenKey, token));
  }

  leave(): void {
    this.#token = undefined;
    this.#keep((storage) => storage.removeItem(tokenKey));
  }

  async accessToken(): Promise<string> {
    return this.#token ?? '';
  }

  /** There is no other. */
  async tokenInstead(rejected: string): Promise<undefined> {
    if (rejected !== this.#token) return;
    this.leave();
    this.onRefused();
  }

  #keep(change: (storage: SessionStorage) => void): void {
    try {
      change(this.#storage());
    } catch {
      // Without storage it lasts until the tab is reloaded.
    }
  }
}
