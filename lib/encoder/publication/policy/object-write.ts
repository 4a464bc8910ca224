import { deliveryRuleFor } from '../../../edge/policy/delivery.ts';

/** One object to write. `once`: only if it doesn't exist; `replace`: over our last version. */
export interface ObjectWrite {
  readonly key: string;
  readonly body: readonly Uint8Array[];
  readonly contentType: string;
  readonly cacheControl: string;
  readonly how: 'once' | 'replace';
}

export function objectWrite(key: string, body: readonly Uint8Array[], how: ObjectWrite['how']): ObjectWrite {
  const rule = deliveryRuleFor(key);
  if (!rule) throw new TypeError(`No delivery rule matches ${key}`);
  return { key, body, contentType: rule.contentType, cacheControl: rule.cacheControl, how };
}
