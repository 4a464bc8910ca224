import { type DeliveryRule, deliveryPolicy } from './delivery.ts';

/** CloudFront's behaviour for the paths of one rule in one region. */
export interface Behaviour {
  readonly region: string;
  /** As matched by CloudFront: case-sensitive; `*` is any run of characters, including slashes. */
  readonly pathPattern: string;
  readonly rule: DeliveryRule;
  /** Name of the cache policy; behaviours with the same caching share one. */
  readonly policy: string;
}

/** A cache policy: the part of a rule that decides what is cached, under which key and for how long. */
export interface CachePolicyRow {
  readonly name: string;
  readonly ttlSeconds: DeliveryRule['ttlSeconds'];
  readonly queryParameters: readonly string[];
  readonly compress: boolean;
}

/** Maximum number of behaviours in a CloudFront distribution, besides the default one. */
export const behaviourQuota = 75;

/** More regions than a distribution's behaviours allow. */
export class TooManyBehavioursError extends Error {
  override readonly name = 'TooManyBehavioursError';
  readonly code = 'TOO_MANY_BEHAVIOURS';
}

/**
 * The behaviours of all regions, in table order: CloudFront uses the first match too. `others` is the number of behaviours
 * that the caller adds. Throws `TooManyBehavioursError`.
 */
export function mediaBehaviours(
  regions: readonly string[],
  { others = 0, policy = deliveryPolicy }: { others?: number; policy?: readonly DeliveryRule[] } = {},
): readonly Behaviour[] {
  const count = regions.length * policy.length + others;
  if (count > behaviourQuota) {
    const room = Math.floor((behaviourQuota - others) / policy.length);
    throw new TooManyBehavioursError(
      `${regions.length} regions need ${count} cache behaviours, but a CloudFront distribution allows ${behaviourQuota}, ` +
        `enough for ${room} regions`,
    );
  }
  return regions.flatMap((region) =>
    policy.map((rule) => ({
      region,
      pathPattern: `/${region}/${rule.pattern}`,
      rule,
      policy: cachePolicyOf(rule, policy).name,
    })),
  );
}

/** One row for each distinct way of caching in the table, named after the first kind of object that uses it. */
export function cachePolicyRows(policy: readonly DeliveryRule[] = deliveryPolicy): readonly CachePolicyRow[] {
  const rows = policy.map((rule) => cachePolicyOf(rule, policy));
  return rows.filter((row, index) => rows.findIndex(({ name }) => name === row.name) === index);
}

function cachePolicyOf(rule: DeliveryRule, policy: readonly DeliveryRule[]): CachePolicyRow {
  const { kind, ttlSeconds, queryParameters, compress } =
    policy.find((other) => cachesAlike(other, rule)) ?? rule;
  return { name: kind, ttlSeconds, queryParameters, compress };
}

const cachesAlike = (a: DeliveryRule, b: DeliveryRule): boolean =>
  a.compress === b.compress &&
  a.ttlSeconds.min === b.ttlSeconds.min &&
  a.ttlSeconds.default === b.ttlSeconds.default &&
  a.ttlSeconds.max === b.ttlSeconds.max &&
  a.queryParameters.join('&') === b.queryParameters.join('&');

/** Statuses whose caching is configurable in CloudFront. */
export const cacheableErrorStatuses = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504] as const;

/** The error TTL is set per distribution, not per behaviour: the shortest one in the table. */
export const errorTtlSeconds = (policy: readonly DeliveryRule[] = deliveryPolicy): number =>
  Math.min(...policy.map((rule) => rule.errorTtlSeconds));

/** A regular expression for the paths in the table, in the subset of syntax that all dialects share. */
export function mediaPathExpression(policy: readonly DeliveryRule[] = deliveryPolicy): string {
  const endings = policy.map(({ pattern }) => pattern.slice(pattern.lastIndexOf('.') + 1));
  return `\\.(${[...new Set(endings)].join('|')})$`;
}
