import type { DeliveryRule } from './delivery.ts';

/**
 * Age in milliseconds, in addition to the standard `Age` in whole seconds. With a TTL of one second, whole seconds are
 * useless: rounded down, two tiers keep a playlist twice as long as allowed; rounded up, the second tier never keeps it.
 */
export const preciseAgeHeader = 'headwater-age-ms';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Age of a response on arrival, in ms: the age given by the next tier (RFC 9111 §4.2.3) plus the time in transit. */
export function ageOnArrivalMs(headers: Headers, travelledMs: number): number {
  const precise = wholeNumber(headers[preciseAgeHeader]);
  const seconds = wholeNumber(headers.age);
  return (precise ?? (seconds ?? 0) * 1000) + Math.max(0, travelledMs);
}

/**
 * Lifetime in milliseconds, where it is less than `Cache-Control` can say. Our tiers follow it below the rule's bounds, and others ignore it:
 * HLS players choose once how far behind they are, from their first playlist, so its age stays in their latency.
 */
export const preciseMaxAgeHeader = 'headwater-max-age-ms';

/**
 * How long an object may be served from here, in ms since the origin delivered it: its `max-age` (or `s-maxage`, which is
 * meant for shared caches) within the bounds of the rule, or less if `preciseMaxAge`, the value of that header, says so.
 */
export function lifetimeMs(
  rule: DeliveryRule,
  cacheControl: string | undefined,
  preciseMaxAge?: string | string[],
): number {
  const { min, default: usual, max } = rule.ttlSeconds;
  const declared = forbidsStoring(cacheControl)
    ? 0
    : (directive(cacheControl, 's-maxage') ?? directive(cacheControl, 'max-age'));
  const bounded = Math.min(max, Math.max(min, declared ?? usual)) * 1000;
  return Math.min(wholeNumber(preciseMaxAge) ?? bounded, bounded);
}

/** How long an error may be served from here, in ms: at most the rule's limit, less if the response asks for less. */
export function errorLifetimeMs(rule: DeliveryRule, cacheControl: string | undefined): number {
  const declared = forbidsStoring(cacheControl) ? undefined : directive(cacheControl, 'max-age');
  return Math.min(rule.errorTtlSeconds, declared ?? rule.errorTtlSeconds) * 1000;
}

/** What to do with a stored object of this age. */
export type Freshness =
  /** Serve it. */
  | 'fresh'
  /** Ask the next tier first; if that fails, serve it. */
  | 'stale'
  /** Too old to use. */
  | 'expired';

export function freshnessOf(ageMs: number, life: number, staleIfErrorSeconds: number): Freshness {
  if (ageMs < life) return 'fresh';
  return ageMs < life + staleIfErrorSeconds * 1000 ? 'stale' : 'expired';
}

function directive(cacheControl: string | undefined, name: string): number | undefined {
  const value = new RegExp(`(?:^|[\\s,])${name}="?(\\d{1,10})"?(?:$|[\\s,;])`, 'i').exec(
    cacheControl ?? '',
  )?.[1];
  return value === undefined ? undefined : Number(value);
}

export const forbidsStoring = (cacheControl: string | undefined): boolean =>
  /(?:^|[\s,])(?:no-store|no-cache|private)(?:$|[\s,=])/i.test(cacheControl ?? '');

function wholeNumber(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : undefined;
}
