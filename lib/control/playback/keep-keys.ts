import {
  type DatedKey,
  formatSigningKeys,
  newSigningKey,
  parseSigningKeys,
  rotatedKeys,
  SigningKeysError,
  verifyingKeys,
} from '../../edge/policy/access/signing-keys.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { EdgeKeys, SigningKeyStore } from './ports.ts';

export interface KeepKeysParts {
  readonly store: SigningKeyStore;
  readonly edge: EdgeKeys;
  readonly region: string;
  /** Unix milliseconds. */
  readonly wallMs: () => number;
  readonly emit: EmitEvent;
}

/** How long a key signs. Far longer than a link lasts. */
const rotateAfterMs = 30 * 24 * 3_600_000;

/**
 * What the schedule does once a day, and each deploy: the first keys, a new one once a month or if the caller asks for it, the edge's copy
 * (a new edge stack begins with an empty store), and the removal of revoked sessions that have expired.
 */
export async function keepSigningKeys(event: unknown, parts: KeepKeysParts): Promise<void> {
  const { store, edge, region, wallMs, emit } = parts;
  const text = await store.read();
  const before = text === undefined ? [] : keysIn(text);
  const newest = before.at(-1);
  const asked = (event as { rotate?: unknown } | null)?.rotate === true;
  const rotates = asked || newest === undefined || wallMs() - newest.fromMs >= rotateAfterMs;
  const keys = rotates ? rotatedKeys(before, newSigningKey(), wallMs()) : before;
  // The edge first: nothing may be signed with a key that it doesn't have.
  await edge.putKeys(region, verifyingKeys(keys));
  if (rotates) {
    await store.write(formatSigningKeys(keys));
    emit('control.playback-keys.rotated', { keyId: keys.at(-1)?.id ?? '' });
  }
  const removed = await edge.removeExpired(region, wallMs());
  if (removed > 0) emit('control.playback-revocations.removed', { removed });
}

/** A secret begins with a random text, which is no keys. */
function keysIn(text: string): readonly DatedKey[] {
  try {
    return parseSigningKeys(text);
  } catch (fault) {
    if (fault instanceof SigningKeysError) return [];
    throw fault;
  }
}
