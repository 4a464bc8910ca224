import type { KeyRecord } from '../../control-store/records.ts';

/** How long the key before the new one works on, unless told otherwise. */
export const defaultGraceMs = 24 * 3_600_000;
export const maxGraceMs = 30 * 24 * 3_600_000;

/** The keys that open the stream at `nowMs` (Unix), newest last. */
export function validKeys(keys: readonly KeyRecord[], nowMs: number): KeyRecord[] {
  return keys.filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs);
}

/**
 * Adds `fresh`. Of the keys that are still valid only the newest stays, until `graceMs` from now or until it would have
 * ended anyway, whichever comes first: at most two keys open a stream. With `graceMs` 0 every older key ends at once.
 */
export function rotateKeys(
  keys: readonly KeyRecord[],
  fresh: KeyRecord,
  graceMs: number,
  nowMs: number,
): KeyRecord[] {
  const before = validKeys(keys, nowMs).at(-1);
  if (before === undefined || graceMs === 0) return [fresh];
  return [{ ...before, expiresAtMs: Math.min(before.expiresAtMs ?? Infinity, nowMs + graceMs) }, fresh];
}

/** Without the key `id`, or undefined where no valid key has that id. The last key may go: then nobody can publish. */
export function revokeKey(keys: readonly KeyRecord[], id: string, nowMs: number): KeyRecord[] | undefined {
  const valid = validKeys(keys, nowMs);
  const left = valid.filter((key) => key.id !== id);
  return left.length === valid.length ? undefined : left;
}
