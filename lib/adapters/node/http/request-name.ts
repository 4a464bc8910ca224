import { AsyncLocalStorage } from 'node:async_hooks';
import { atName, isOwnName, nameIn } from '../../../net/policy/own-names.ts';

/** Under which name the request that is being answered called this machine. */
export class RequestName {
  readonly #current = new AsyncLocalStorage<string>();
  readonly #ownNames: readonly string[];

  constructor(ownNames: readonly string[]) {
    this.#ownNames = ownNames;
  }

  /** Runs what answers a request with this Host header. */
  run<T>(host: string | undefined, answer: () => T): T {
    const name = nameIn(host ?? '');
    return isOwnName(name, this.#ownNames) ? this.#current.run(name, answer) : answer();
  }

  /** `config` with the URLs in these fields at that name; outside of requests, and under a strange name, as they are. */
  follow<Config extends object>(config: Config, fields: readonly (keyof Config)[]): Config {
    const followed = { ...config };
    for (const field of fields) {
      const url = config[field];
      if (typeof url !== 'string') continue;
      const get = () => {
        const name = this.#current.getStore();
        return name === undefined ? url : atName(url, name);
      };
      Object.defineProperty(followed, field, { enumerable: true, get });
    }
    return followed;
  }
}
