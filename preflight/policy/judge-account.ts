import type { Deployment } from '../../lib/config/deployment.ts';
import type { Facts } from '../facts.ts';
import { type Finding, unchecked } from '../finding.ts';
import { type ServiceLinkedRole, serviceLinkedRoles } from './service-linked-roles.ts';

const where = 'account';

/** The account itself, and what exists once in it. */
export function judgeAccount(deployment: Deployment, facts: Facts): Finding[] {
  return [
    judgeCredentials(deployment.account, facts.account),
    ...judgeOptIn(facts.disabledRegions),
    ...serviceLinkedRoles(deployment).map((role) => judgeRole(role, facts.roles)),
    judgeDistributions(facts.distributions),
  ];
}

/** Whether the caller's account is the one that the deployment file names, if it names one. */
export function judgeCredentials(wanted: string | undefined, account: string): Finding {
  const check = 'credentials';
  if (wanted === undefined || wanted === account)
    return { check, where, severity: 'ok', what: `The credentials are for account ${account}.` };
  return {
    check,
    where,
    severity: 'missing',
    what: 'The credentials are for another account than the deployment file names.',
    needed: wanted,
    has: account,
    mend: `export AWS_PROFILE=…   # a profile of account ${wanted}`,
  };
}

function judgeOptIn(disabled: Facts['disabledRegions']): Finding[] {
  const check = 'opt-in';
  if ('unread' in disabled)
    return [unchecked({ check, where }, 'which regions are enabled', disabled.unread)];
  if (disabled.value.length === 0)
    return [{ check, where, severity: 'ok', what: 'All regions are enabled.' }];
  return disabled.value.map((region) => ({
    check,
    where: region,
    severity: 'missing',
    what: 'The account has not enabled the region, so nothing in it could be checked.',
    mend: `aws account enable-region --region-name ${region}   # takes minutes to hours`,
  }));
}

function judgeRole({ name, service, required }: ServiceLinkedRole, roles: Facts['roles']): Finding {
  const check = 'service-linked-role';
  const fact = roles.get(name);
  if (!fact || 'unread' in fact)
    return unchecked(
      { check, where },
      `the role ${name}`,
      fact?.unread ?? { call: 'iam:GetRole', denied: false, message: 'not asked' },
    );
  if (fact.value) return { check, where, severity: 'ok', what: `${name} exists.` };
  return {
    check,
    where,
    severity: required ? 'missing' : 'warning',
    what: required
      ? `${name} does not exist, so the first deploy of a service can fail.`
      : `${name} does not exist; the deploy creates it if it may.`,
    mend: `aws iam create-service-linked-role --aws-service-name ${service}`,
  };
}

/** No API says whether an account is verified; one with a distribution is. */
function judgeDistributions(distributions: Facts['distributions']): Finding {
  const check = 'verified-account';
  if ('unread' in distributions)
    return unchecked(
      { check, where },
      'whether the account has CloudFront distributions',
      distributions.unread,
    );
  if (distributions.value > 0)
    return { check, where, severity: 'ok', what: 'The account may create CloudFront distributions.' };
  return {
    check,
    where,
    severity: 'warning',
    what: 'The account has no CloudFront distribution yet. A brand-new account must be verified before it can create one.',
    mend: 'If the deploy says so, open a support case (service CloudFront) with the text of the error',
  };
}
