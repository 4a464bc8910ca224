/** A connection that is used now and then is not given up for a new one. */
const unusedMs = 1_000;

/** The connection that its client has kept for longest without using it, to be closed for a new one. */
export function longestUnused<Kept extends { readonly unusedSinceMs: number | undefined }>(
  connections: Iterable<Kept>,
  nowMs: number,
): Kept | undefined {
  let longest: Kept | undefined;
  let sinceMs = nowMs - unusedMs;
  for (const connection of connections) {
    const { unusedSinceMs } = connection;
    if (unusedSinceMs === undefined || unusedSinceMs > sinceMs) continue;
    longest = connection;
    sinceMs = unusedSinceMs;
  }
  return longest;
}
