import type { KeyRecord } from '../../control-store/records.ts';

/** Default time for which the previous key keeps working. */
export const defaultGraceMs = 24 * 3_600_000;
export const maxGraceMs = 30 * 24 * 3_600_000;

/** The keys that are valid at `nowMs` (Unix), newest last. */
export function validKeys(keys: readonly KeyRecord[], nowMs: number): KeyRecord[] {
  return keys.filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs);
}

/**
 * Adds `fresh`. Of the keys still valid, only the newest is kept, until `graceMs` from now or its own expiry, whichever comes
 * first: at most two keys are valid for a stream. With `graceMs` 0, all older keys expire immediately.
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

/** Removes the key `id`; undefined if no valid key has that id. The last key can be removed too: then nobody can publish. */
export function revokeKey(keys: readonly KeyRecord[], id: string, nowMs: number): KeyRecord[] | undefined {
  const valid = validKeys(keys, nowMs);
  const left = valid.filter((key) => key.id !== id);
  return left.length === valid.length ? undefined : left;
}
