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
