import type { StreamRecord } from '../control/policy/records.ts';
import type { StreamId } from '../routing/ids.ts';
import { hashStreamKey, parseStreamKey, sameKeyHash } from '../routing/stream-key.ts';
import type { IngestStore } from './ports.ts';

/** A record that let somebody in is asked for again after this, so a revoked key is shut within it. */
const cacheMs = 2_000;
const maxCached = 1_000;

export type KeyVerdict =
  | { readonly verdict: 'valid'; readonly streamId: StreamId }
  /** For the log only: the publisher is told the same for all of these. */
  | {
      readonly verdict: 'invalid';
      readonly streamId?: StreamId;
      readonly why: 'malformed' | 'unknown' | 'wrong';
    }
  /** The control store cannot be read: nobody gets in whom it did not let in just before. */
  | { readonly verdict: 'undecided'; readonly streamId: StreamId; readonly cause: unknown };

/** Checks stream keys against the control store. */
export class KeyCheck {
  readonly #store: Pick<IngestStore, 'getStream'>;
  readonly #pepper: string;
  /** Records that let somebody in, oldest first. Nothing is kept of failures: a new stream works at once. */
  readonly #cache = new Map<StreamId, { stream: StreamRecord; readMs: number }>();

  constructor(store: Pick<IngestStore, 'getStream'>, pepper: string) {
    this.#store = store;
    this.#pepper = pepper;
  }

  /** `streamName` is what came in the publish command, perhaps with a query. */
  async check(streamName: string): Promise<KeyVerdict> {
    const key = parseStreamKey(streamName);
    if (key === undefined) return { verdict: 'invalid', why: 'malformed' };
    const { streamId } = key;
    const hash = hashStreamKey(key, this.#pepper);
    // Only success may come from memory: a key that was made a moment ago works at once.
    const cached = this.#cached(streamId);
    if (cached !== undefined && matches(cached, hash)) return { verdict: 'valid', streamId };
    let stream: StreamRecord | undefined;
    try {
      stream = await this.#store.getStream(streamId);
    } catch (cause) {
      return { verdict: 'undecided', streamId, cause };
    }
    const matched = matches(stream, hash);
    this.#cache.delete(streamId);
    if (stream === undefined) return { verdict: 'invalid', streamId, why: 'unknown' };
    if (!matched) return { verdict: 'invalid', streamId, why: 'wrong' };
    this.#remember(stream);
    return { verdict: 'valid', streamId };
  }

  #cached(streamId: StreamId): StreamRecord | undefined {
    const entry = this.#cache.get(streamId);
    if (entry === undefined) return undefined;
    if (performance.now() - entry.readMs < cacheMs) return entry.stream;
    this.#cache.delete(streamId);
    return undefined;
  }

  #remember(stream: StreamRecord): void {
    if (this.#cache.size >= maxCached) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    this.#cache.set(stream.id, { stream, readMs: performance.now() });
  }
}

/** Compares every key, and one where there is none: the time tells nothing of which, or whether, one matched. */
function matches(stream: StreamRecord | undefined, hash: string): boolean {
  const keys: readonly { hash: string; expiresAtMs?: number }[] = stream?.keys ?? [
    { hash: '0'.repeat(hash.length) },
  ];
  let matched = false;
  for (const { hash: known, expiresAtMs } of keys) {
    const same = sameKeyHash(hash, known);
    matched ||= same && (expiresAtMs === undefined || expiresAtMs > Date.now());
  }
  return matched && stream !== undefined;
}
