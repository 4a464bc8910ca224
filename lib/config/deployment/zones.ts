/**
 * Zone ids name the same zone in every account, unlike names such as `eu-central-1a`: `euc1-az1` is the first zone of
 * `eu-central-1`.
 */
export function zonePrefix(region: string): string {
  const [area = '', ...rest] = region.split('-');
  const direction = (word: string): string =>
    ['north', 'south'].some((side) => word.startsWith(side) && word.length > side.length)
      ? `${word[0]}${word.slice(5)[0]}`
      : (word[0] ?? '');
  return `${area}${rest.map((word) => (/^\d+$/.test(word) ? word : direction(word))).join('')}`;
}

/** Zones in which Global Accelerator can't reach a load balancer. */
const unservedZones: ReadonlySet<string> = new Set(['usw1-az2', 'apne1-az3', 'cac1-az3']);

/** The only zone that Global Accelerator serves and CloudFront's VPC origins do not. */
export const zonesWithoutVpcOrigins: ReadonlySet<string> = new Set(['use1-az3']);

/** Regions where a balancer can be a VPC origin of CloudFront. */
export const withVpcOrigins: ReadonlySet<string> = new Set([
  ...[
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
    'ca-central-1',
    'ca-west-1',
    'mx-central-1',
    'sa-east-1',
  ],
  ...[
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
  ],
  ...['af-south-1', 'il-central-1', 'me-central-1', 'me-south-1'],
  ...[
    'ap-east-1',
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
  ],
  ...[
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-7',
  ],
]);

/** The zones to use in regions that also have an unserved one, which AWS might choose otherwise. */
const servedZones: Readonly<Record<string, readonly string[]>> = {
  'us-west-1': ['usw1-az1', 'usw1-az3'],
  'ap-northeast-1': ['apne1-az1', 'apne1-az2', 'apne1-az4'],
  'ca-central-1': ['cac1-az1', 'cac1-az2', 'cac1-az4'],
};

/** Zone ids to ask for if the deployment file names none; undefined where any zones of the account will do. */
export const defaultZones = (region: string, zones: number): readonly string[] | undefined =>
  servedZones[region]?.slice(0, zones);

/** What is wrong with a zone id for a region; undefined if nothing is. */
export function zoneFault(region: string, zoneId: string): string | undefined {
  const prefix = zonePrefix(region);
  // us-east-1 has six zones, and no other region more than four.
  const most = region === 'us-east-1' ? 6 : 4;
  const number = Number(zoneId.slice(`${prefix}-az`.length));
  if (!zoneId.startsWith(`${prefix}-az`) || !(number >= 1 && number <= most)) {
    return `must be the id of a zone of ${region}: ${prefix}-az1 to ${prefix}-az${most}`;
  }
  if (!unservedZones.has(zoneId)) return undefined;
  const served = servedZones[region] ?? [];
  return `must not be ${zoneId}: Global Accelerator does not serve it. Use ${served.join(', ')}`;
}
