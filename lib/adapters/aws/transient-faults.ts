/**
 * Names of transient 4xx errors of any service: credentials being renewed, a clock being set, a request that arrived too slowly.
 */
export const passingFaults = [
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'RequestTimeout',
] as const;
