/**
 * How long viewers waited for the first picture, as counts in buckets: of fixed size however many there are, and sums of them are sums.
 * Each bucket is a fifth wider than the one before, so a percentile is at most a tenth off.
 */
const firstMs = 50;
const factor = 1.2;
/** The last bucket holds everything above about a minute. */
export const startupBuckets = 40;

export function startupBucketOf(ms: number): number {
  if (ms <= firstMs) return 0;
  return Math.min(startupBuckets - 1, Math.ceil(Math.log(ms / firstMs) / Math.log(factor)));
}

/** The time in ms that this share of starts took at most; undefined without starts. `share`: 0 to 1. */
export function startupPercentile(counts: readonly number[], share: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    before += count;
    if (before >= share * all) return Math.round(firstMs * factor ** (bucket - 0.5));
  }
  return undefined;
}

/** Counts of the same buckets together. */
export const addStartups = (one: readonly number[], other: readonly number[]): number[] =>
  Array.from({ length: startupBuckets }, (_, bucket) => (one[bucket] ?? 0) + (other[bucket] ?? 0));
