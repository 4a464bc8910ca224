import type { Embedding } from '../../control-store/embedding.ts';

/**
 * A source of `frame-ancestors` that a broadcaster may name: scheme, host, also with `*.` in front, and port. Nothing that could end
 * the directive (CSP3 section 2.3.1).
 */
export const frameOriginPattern = /^https?:\/\/(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/;

/** The most sites that a stream may name: their list is a header of every answer. */
export const mostFrameOrigins = 20;

/** The value of `frame-ancestors`. */
export function frameAncestors(embedding: Embedding): string {
  if (embedding === 'anywhere') return '*';
  const origins =
    embedding === 'nowhere' ? [] : embedding.filter((origin) => frameOriginPattern.test(origin));
  return origins.length === 0 ? "'none'" : origins.join(' ');
}
