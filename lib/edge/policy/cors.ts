/** Any page may read us: what is delivered is public, and there are no cookies. */
export const allowedMethods = ['GET', 'HEAD', 'OPTIONS'] as const;

/** What a page may send along: ranges, conditions, and what CMCD tells of the player. */
export const allowedHeaders = [
  'Range',
  'If-None-Match',
  'CMCD-Object',
  'CMCD-Request',
  'CMCD-Session',
  'CMCD-Status',
] as const;

/** What a page may read beside the body: players take ages and clocks from it. */
export const exposedHeaders = [
  'Age',
  'Content-Length',
  'Content-Range',
  'Date',
  'ETag',
  'Server-Timing',
  'X-Cache',
] as const;

/** A day, which is more than browsers keep the answer to a preflight. */
export const preflightMaxAgeSeconds = 86_400;
