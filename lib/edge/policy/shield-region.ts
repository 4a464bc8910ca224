/** AWS regions that have an Origin Shield. */
const withShield: ReadonlySet<string> = new Set([
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'sa-east-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'me-central-1',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
]);

/** The nearest Origin Shield for regions without one. */
const nearest: Readonly<Record<string, string>> = {
  'us-west-1': 'us-west-2',
  'ca-central-1': 'us-east-1',
  'ca-west-1': 'us-west-2',
  'mx-central-1': 'us-east-2',
  'eu-central-2': 'eu-central-1',
  'eu-north-1': 'eu-west-2',
  'eu-south-1': 'eu-central-1',
  'eu-south-2': 'eu-west-1',
  'eu-west-3': 'eu-west-2',
  'il-central-1': 'eu-central-1',
  'me-south-1': 'me-central-1',
  'af-south-1': 'eu-west-1',
  'ap-east-1': 'ap-southeast-1',
  'ap-east-2': 'ap-northeast-1',
  'ap-northeast-3': 'ap-northeast-1',
  'ap-south-2': 'ap-south-1',
  'ap-southeast-3': 'ap-southeast-1',
  'ap-southeast-4': 'ap-southeast-2',
  'ap-southeast-5': 'ap-southeast-1',
  'ap-southeast-6': 'ap-southeast-2',
  'ap-southeast-7': 'ap-southeast-1',
};

/**
 * The region to use as Origin Shield for an origin in `region`: all cache misses worldwide go through it, so it should be
 * close to the origin. Undefined for an unknown region.
 */
export const shieldRegionOf = (region: string): string | undefined =>
  withShield.has(region) ? region : nearest[region];
