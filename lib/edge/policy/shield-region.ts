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

/** The nearest one for regions without. */
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
 * Where the Origin Shield of an origin in `region` belongs: all misses of the world meet there before they go to the
 * origin, so the way between the two should be short. Undefined for a region that we know nothing of.
 */
export const shieldRegionOf = (region: string): string | undefined =>
  withShield.has(region) ? region : nearest[region];
