import { isObjectKey } from '../../object-store/object-key.ts';
import { type DeliveryRule, deliveryRuleFor } from './delivery.ts';

/** What a request asks for, without anything that must not affect caching. */
export interface CacheKey {
  /** The path and the rule's query parameters, in the rule's order; also the request target for the next tier. */
  readonly key: string;
  readonly rule: DeliveryRule;
}

const maxTargetLength = 1200;

/**
 * The cache key of a request target, or undefined if nothing is delivered at it. The path must be an object key verbatim,
 * without escapes or dot segments, so that no object has two names. Query parameters that the rule does not list are
 * dropped, and so are listed ones with an invalid value, because they have no meaning.
 */
export function cacheKeyOf(target: string): CacheKey | undefined {
  if (target.length > maxTargetLength) return undefined;
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  if (!path.startsWith('/') || !isObjectKey(path.slice(1))) return undefined;
  const rule = deliveryRuleFor(path);
  if (!rule) return undefined;
  if (mark === -1 || rule.queryParameters.length === 0) return { key: path, rule };
  const query = new URLSearchParams(target.slice(mark + 1));
  const kept = rule.queryParameters
    .map((name) => [name, query.get(name) ?? ''] as const)
    .filter(([, value]) => /^[A-Za-z0-9]{1,16}$/.test(value))
    .map(([name, value]) => `${name}=${value}`);
  return { key: kept.length === 0 ? path : `${path}?${kept.join('&')}`, rule };
}
