/** Any page may read our responses: everything delivered is public, and there are no cookies. */
export const allowedMethods = ['GET', 'HEAD', 'OPTIONS'] as const;

/** Headers that a page may send: ranges, conditions, and CMCD data about the player. */
export const allowedHeaders = [
  'Range',
  'If-None-Match',
  'CMCD-Object',
  'CMCD-Request',
  'CMCD-Session',
  'CMCD-Status',
] as const;

/** Headers that a page may read: players derive ages and clocks from them. */
export const exposedHeaders = [
  'Age',
  'Content-Length',
  'Content-Range',
  'Date',
  'ETag',
  'Server-Timing',
  'X-Cache',
] as const;

/** One day, which is longer than browsers cache a preflight response. */
export const preflightMaxAgeSeconds = 86_400;
