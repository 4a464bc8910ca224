import type { CacheKey } from '../cache-key.ts';

/** Players ask for the next part or segment: four parts in two seconds, and some stragglers. */
const variantsPerSecond = 8;
const maxPlaylists = 1_000;

/**
 * How many keys one playlist may have through its directives: {@link variantsPerSecond}. Numbers in range are still many, and each new
 * one would be a read of the origin; beyond the limit, a request gets the playlist as it is without directives.
 */
export class VariantLimit {
  readonly #recent = new Map<string, { readonly sinceMs: number; readonly keys: Set<string> }>();

  /** The key itself, or the one without directives. */
  limited(key: CacheKey, nowMs: number): CacheKey {
    const mark = key.key.indexOf('?');
    if (mark === -1) return key;
    const path = key.key.slice(0, mark);
    let recent = this.#recent.get(path);
    if (recent === undefined || nowMs - recent.sinceMs >= 1000) {
      if (this.#recent.size >= maxPlaylists) this.#recent.clear();
      recent = { sinceMs: nowMs, keys: new Set() };
      this.#recent.set(path, recent);
    }
    if (recent.keys.size >= variantsPerSecond && !recent.keys.has(key.key)) return { ...key, key: path };
    recent.keys.add(key.key);
    return key;
  }
}
