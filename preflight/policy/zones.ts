import { zonesWithoutVpcOrigins } from '../../lib/config/deployment/zones.ts';
import type { DeploymentRegion } from '../../lib/config/deployment.ts';
import type { CellFacts, Zone } from '../facts.ts';
import { type Finding, unchecked } from '../finding.ts';

/** IDs of the zones that the deployment file names, or that are chosen where Global Accelerator doesn't serve all. */
export const namedZones = ({ zoneIds, vpc }: DeploymentRegion): readonly string[] | undefined =>
  vpc?.subnets.map(({ zoneId }) => zoneId) ?? zoneIds;

/** The zones that a region's cell would use: the named ones, or the first by name, as `Fn::GetAZs` lists them. */
function usedZones(region: DeploymentRegion, available: readonly Zone[]): Zone[] {
  const ids = namedZones(region);
  if (ids) return available.filter(({ id }) => ids.includes(id));
  return available.toSorted((a, b) => a.name.localeCompare(b.name)).slice(0, region.zones);
}

export interface ZoneNeeds {
  /** @default no GPU workers */
  readonly instanceType?: string | undefined;
  /** Whether CloudFront reaches live origins there. */
  readonly live: boolean;
}

/** The zones of a region's cell, and what is needed in them. */
export function judgeZones(
  region: DeploymentRegion,
  facts: CellFacts,
  { instanceType, live }: ZoneNeeds,
): Finding[] {
  const where = region.name;
  const check = 'zones';
  if ('unread' in facts.zones) return [unchecked({ check, where }, 'the zones', facts.zones.unread)];
  const available = facts.zones.value;
  const used = usedZones(region, available);
  const findings: Finding[] = [];
  if (used.length < region.zones) {
    findings.push({
      check,
      where,
      severity: 'missing',
      what: 'The region has too few zones in this account.',
      needed: `${region.zones}`,
      has: `${available.length}`,
      mend: `Set "zones" of ${where} to ${available.length} in the deployment file`,
    });
  }
  const unserved = used.filter(({ id }) => live && zonesWithoutVpcOrigins.has(id));
  if (unserved.length > 0) {
    const others = available.filter(({ id }) => !zonesWithoutVpcOrigins.has(id)).slice(0, region.zones);
    findings.push({
      check,
      where,
      severity: 'missing',
      what: `CloudFront has no VPC origins in ${unserved.map(named).join(', ')}, where live origins would run.`,
      mend: `Name other zones of ${where} in the deployment file: "zoneIds": ${JSON.stringify(others.map(({ id }) => id))}`,
    });
  }
  if (findings.length === 0)
    findings.push({ check, where, severity: 'ok', what: `Zones: ${used.map(named).join(', ')}.` });
  return instanceType ? [...findings, judgeGpu(where, used, facts, instanceType)] : findings;
}

function judgeGpu(where: string, used: readonly Zone[], { gpuZones }: CellFacts, type: string): Finding {
  const check = 'gpu-instances';
  if (!gpuZones || 'unread' in gpuZones)
    return unchecked(
      { check, where },
      `where ${type} is offered`,
      gpuZones?.unread ?? { call: 'ec2:DescribeInstanceTypeOfferings', denied: false, message: 'not asked' },
    );
  const without = used.filter(({ id }) => !gpuZones.value.includes(id));
  if (without.length === 0) return { check, where, severity: 'ok', what: `${type} is offered in all zones.` };
  const nowhere = without.length === used.length;
  return {
    check,
    where,
    severity: nowhere ? 'missing' : 'warning',
    what: nowhere
      ? `${type} is not offered in the zones of the deployment.`
      : `${type} is not offered in ${without.map(named).join(', ')}; GPU workers run in the other zones.`,
    mend: `aws ec2 describe-instance-type-offerings --location-type availability-zone-id --region ${where} --filters Name=instance-type,Values='g*'`,
  };
}

const named = ({ id, name }: Zone): string => `${id} (${name})`;
