import { isObjectKey } from '../../object-store/object-key.ts';
import { type DeliveryRule, deliveryRuleFor } from './delivery.ts';
import { keptDirectives, objectNamePattern } from './key-grammar.ts';

/** What a request asks for, without anything that must not affect caching. */
export interface CacheKey {
  /** The path and the rule's query parameters, in the rule's order; also the request target for the next tier. */
  readonly key: string;
  readonly rule: DeliveryRule;
}

const maxPathLength = 1200;
/** What players say about themselves (CMCD) is in the query. */
const maxQueryLength = 4096;

/**
 * The cache key of a request target, or undefined if nothing is delivered at it. The path must be an object key verbatim,
 * without escapes or dot segments, so that no object has two names, and it must end in a name that our writers use. Query
 * parameters that the rule does not list are dropped, and so are directives that mean nothing (see key-grammar.ts).
 */
export function cacheKeyOf(target: string): CacheKey | undefined {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  if (path.length > maxPathLength || target.length - path.length > maxQueryLength) return undefined;
  if (!path.startsWith('/') || !isObjectKey(path.slice(1)) || !objectNamePattern.test(path)) return undefined;
  const rule = deliveryRuleFor(path);
  if (!rule) return undefined;
  if (mark === -1 || rule.queryParameters.length === 0) return { key: path, rule };
  const query = new URLSearchParams(target.slice(mark + 1));
  const kept = keptDirectives((name) => query.get(name) ?? '').map((pair) => pair.join('='));
  return { key: kept.length === 0 ? path : `${path}?${kept.join('&')}`, rule };
}
