import type { Deployment } from '../../lib/config/deployment.ts';
import type { Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { judgeAccount } from './judge-account.ts';
import { judgeDomain } from './judge-domain.ts';
import { judgeMachine } from './judge-machine.ts';
import { judgeQuotas } from './judge-quota.ts';
import { judgeCell, judgeRegion } from './judge-region.ts';
import { judgeStorage } from './judge-storage.ts';
import type { Scope } from './scope.ts';

/** What the facts mean for deploying the part of the deployment that is in the account. */
export const judge = (deployment: Deployment, scope: Scope, facts: Facts): Finding[] => [
  ...judgeAccount(deployment, scope, facts),
  ...(deployment.domain && facts.hostedZone ? judgeDomain(deployment.domain, facts.hostedZone) : []),
  ...[...facts.regions].flatMap(([name, region]) => judgeRegion(deployment, scope, name, region)),
  ...scope.regions.flatMap((region) => {
    const cell = facts.regions.get(region.name)?.cell;
    return cell ? judgeCell(deployment, region, cell) : [];
  }),
  ...judgeQuotas(facts.quotas, (name) => facts.regions.get(name)?.cell?.others),
  judgeStorage(deployment),
  ...judgeMachine(deployment, facts.machine),
];
