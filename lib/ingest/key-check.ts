import type { StreamRecord } from '../control-store/records.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import type { StreamId } from '../routing/ids.ts';
import { hashStreamKey, parseStreamKey, sameKeyHash, streamNamedBy } from '../routing/stream-key.ts';
import type { IngestStore } from './ports.ts';

export type KeyVerdict =
  | { readonly verdict: 'valid'; readonly stream: StreamRecord }
  | {
      readonly verdict: 'refused';
      readonly reason: KeyRefusalReason;
      /** As the key says. */
      readonly streamId?: StreamId;
      /** Why the control store can't be read, for `key-unchecked`. */
      readonly cause?: unknown;
    };

type KeyRefusalReason = Extract<
  RefusalReason,
  | 'malformed-key'
  | 'unknown-stream'
  | 'wrong-key'
  | 'expired-key'
  | 'key-unchecked'
  /** The key is right, but nobody may publish. */
  | 'taken-down'
>;

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
    if (key === undefined) {
      const streamId = streamNamedBy(streamName);
      return { verdict: 'refused', reason: 'malformed-key', ...(streamId !== undefined && { streamId }) };
    }
    const { streamId } = key;
    const hash = hashStreamKey(key, this.#pepper);
    let stream: StreamRecord | undefined;
    try {
      stream = await this.#store.getStream(streamId);
    } catch (cause) {
      return { verdict: 'refused', reason: 'key-unchecked', streamId, cause };
    }
    const match = matchOf(stream, hash);
    if (stream === undefined) return { verdict: 'refused', reason: 'unknown-stream', streamId };
    if (match !== 'valid') return { verdict: 'refused', reason: `${match}-key`, streamId };
    return stream.takenDown
      ? { verdict: 'refused', reason: 'taken-down', streamId }
      : { verdict: 'valid', stream };
  }
}

/** Compares every key, and a dummy if there is none, so that timing doesn't reveal which one matched, or whether one did. */
function matchOf(stream: StreamRecord | undefined, hash: string): 'valid' | 'expired' | 'wrong' {
  const keys: readonly { hash: string; expiresAtMs?: number }[] = stream?.keys ?? [
    { hash: '0'.repeat(hash.length) },
  ];
  let valid = false;
  let expired = false;
  for (const { hash: known, expiresAtMs } of keys) {
    const same = sameKeyHash(hash, known);
    const isOpen = expiresAtMs === undefined || expiresAtMs > Date.now();
    valid ||= same && isOpen;
    expired ||= same && !isOpen;
  }
  if (valid) return 'valid';
  return expired ? 'expired' : 'wrong';
}
