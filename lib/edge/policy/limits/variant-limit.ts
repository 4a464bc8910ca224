import type { CacheKey } from '../cache-key.ts';

/**
 * Players ask for the next part: five a second at most, each as a whole and as a delta update, and players at one address may be a part
 * or two apart.
 */
const variantsPerSecond = 24;
const maxPairs = 10_000;

/**
 * How many keys one client may make of one playlist through its directives: {@link variantsPerSecond}. Numbers in range are still many,
 * and each new one would be a read of the origin; beyond the limit, the client gets the playlist as it is without directives.
 */
export class VariantLimit {
  readonly #recent = new Map<string, { readonly sinceMs: number; readonly keys: Set<string> }>();

  /** The key itself, or the one without directives. */
  limited(key: CacheKey, client: string, nowMs: number): CacheKey {
    const mark = key.key.indexOf('?');
    if (mark === -1) return key;
    const path = key.key.slice(0, mark);
    const pair = `${client} ${path}`;
    let recent = this.#recent.get(pair);
    if (recent === undefined || nowMs - recent.sinceMs >= 1000) {
      if (this.#recent.size >= maxPairs) this.#recent.clear();
      recent = { sinceMs: nowMs, keys: new Set() };
      this.#recent.set(pair, recent);
    }
    if (recent.keys.size >= variantsPerSecond && !recent.keys.has(key.key)) return { ...key, key: path };
    recent.keys.add(key.key);
    return key;
  }
}
