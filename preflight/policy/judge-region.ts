import type { Deployment, DeploymentRegion } from '../../lib/config/deployment.ts';
import { hasLiveOrigins } from '../../lib/config/live-origins.ts';
import type { CellFacts, RegionFacts } from '../facts.ts';
import { type Finding, unchecked } from '../finding.ts';
import { judgeStack } from './judge-stack.ts';
import { type Scope, stackNames } from './scope.ts';
import { judgeZones } from './zones.ts';

/** The oldest bootstrap stack that can deploy images (aws-cdk-lib's `DefaultStackSynthesizer`). */
export const leastBootstrapVersion = 6;
/** The CDK's default. */
export const defaultQualifier = 'hnb659fds';

/** What any region with a stack of ours needs. */
export const judgeRegion = (
  deployment: Deployment,
  scope: Scope,
  region: string,
  facts: RegionFacts,
): Finding[] => [
  judgeBootstrap(deployment.bootstrapQualifier, scope.account, region, facts.bootstrapVersion),
  ...stackNames(deployment.name, scope, region).flatMap((stack) => judgeStack(stack, region, facts)),
];

function judgeBootstrap(
  qualifier: string | undefined,
  account: string,
  where: string,
  version: RegionFacts['bootstrapVersion'],
): Finding {
  const check = 'bootstrap';
  if ('unread' in version)
    return unchecked({ check, where }, 'whether the region is bootstrapped for the CDK', version.unread);
  const named =
    qualifier === undefined ? '' : `--qualifier ${qualifier} --toolkit-stack-name CDKToolkit-${qualifier} `;
  const mend = `npx cdk bootstrap ${named}aws://${account}/${where}`;
  if (version.value === undefined)
    return { check, where, severity: 'missing', what: 'The region is not bootstrapped for the CDK.', mend };
  if (version.value < leastBootstrapVersion)
    return {
      check,
      where,
      severity: 'missing',
      what: 'The bootstrap stack is too old.',
      needed: `version ${leastBootstrapVersion}`,
      has: `version ${version.value}`,
      mend,
    };
  return { check, where, severity: 'ok', what: `Bootstrapped for the CDK, version ${version.value}.` };
}

/** What the region of a cell needs in addition. */
export const judgeCell = (deployment: Deployment, region: DeploymentRegion, facts: CellFacts): Finding[] => [
  ...judgeZones(region, facts, {
    instanceType: deployment.compute.gpuEncoders?.instanceType,
    live: hasLiveOrigins(deployment, region),
  }),
  ...(facts.mediaLive ? [judgeMediaLive(region.name, facts.mediaLive)] : []),
];

function judgeMediaLive(where: string, available: NonNullable<CellFacts['mediaLive']>): Finding {
  const check = 'medialive';
  if ('unread' in available)
    return unchecked({ check, where }, 'whether the region has MediaLive', available.unread);
  if (available.value) return { check, where, severity: 'ok', what: 'The region has MediaLive.' };
  return {
    check,
    where,
    severity: 'missing',
    what: 'The region does not have MediaLive.',
    mend: 'Remove managedEncoder from the deployment file, or choose another region',
  };
}
