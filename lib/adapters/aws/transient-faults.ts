/** Names of 4xx answers of any service that pass: credentials that are renewed, a clock that is set, a request that came too slowly. */
export const passingFaults = [
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'RequestTimeout',
] as const;
