import type { StreamRecord } from '../control-store/records.ts';
import type { StreamId } from '../routing/ids.ts';
import { hashStreamKey, parseStreamKey, sameKeyHash } from '../routing/stream-key.ts';
import type { IngestStore } from './ports.ts';

export type KeyVerdict =
  | { readonly verdict: 'valid'; readonly stream: StreamRecord }
  /** The key is right, but nobody may publish. */
  | { readonly verdict: 'taken-down'; readonly streamId: StreamId }
  /** For the log only: the publisher gets the same answer for all of these. */
  | {
      readonly verdict: 'invalid';
      readonly streamId?: StreamId;
      readonly why: 'malformed' | 'unknown' | 'wrong';
    }
  /** The control store cannot be read: nobody may publish. */
  | { readonly verdict: 'undecided'; readonly streamId: StreamId; readonly cause: unknown };

/**
 * Checks stream keys against the control store. Nothing is cached: a revoked key or a takedown applies from the next check
 * on.
 */
export class KeyCheck {
  readonly #store: Pick<IngestStore, 'getStream'>;
  readonly #pepper: string;

  constructor(store: Pick<IngestStore, 'getStream'>, pepper: string) {
    this.#store = store;
    this.#pepper = pepper;
  }

  /** `streamName` comes from the publish command and may include a query. */
  async check(streamName: string): Promise<KeyVerdict> {
    const key = parseStreamKey(streamName);
    if (key === undefined) return { verdict: 'invalid', why: 'malformed' };
    const { streamId } = key;
    const hash = hashStreamKey(key, this.#pepper);
    let stream: StreamRecord | undefined;
    try {
      stream = await this.#store.getStream(streamId);
    } catch (cause) {
      return { verdict: 'undecided', streamId, cause };
    }
    const matched = matches(stream, hash);
    if (stream === undefined) return { verdict: 'invalid', streamId, why: 'unknown' };
    if (!matched) return { verdict: 'invalid', streamId, why: 'wrong' };
    return stream.takenDown ? { verdict: 'taken-down', streamId } : { verdict: 'valid', stream };
  }
}

/** Compares every key, and a dummy if there is none, so that timing doesn't reveal which one matched, or whether one did. */
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
