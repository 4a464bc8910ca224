import type { Deployment } from '../../lib/config/deployment.ts';
import type { Facts } from '../facts.ts';
import { type Finding, unchecked } from '../finding.ts';
import type { Scope } from './scope.ts';
import { type ServiceLinkedRole, serviceLinkedRoles } from './service-linked-roles.ts';

const where = 'account';

/** The account itself, and what exists once in it. */
export function judgeAccount(deployment: Deployment, scope: Scope, facts: Facts): Finding[] {
  return [
    {
      check: 'credentials',
      where,
      severity: 'ok',
      what: `The credentials are for account ${scope.account}.`,
    },
    ...judgeOtherAccounts(scope.otherAccounts),
    ...judgeOptIn(facts.disabledRegions),
    ...serviceLinkedRoles(deployment).map((role) => judgeRole(role, facts.roles)),
    ...(facts.distributions ? [judgeDistributions(facts.distributions)] : []),
  ];
}

/** Credentials for an account that the deployment file doesn't name. */
export const strangeAccount = (deployment: Deployment, account: string): Finding => {
  const accounts = [...new Set([deployment.account, ...deployment.regions.map((region) => region.account)])];
  const needed = accounts.filter((one) => one !== undefined).join(' or ');
  return {
    check: 'credentials',
    where,
    severity: 'missing',
    what: 'The credentials are for another account than the deployment file names.',
    needed,
    has: account,
    mend: `export AWS_PROFILE=…   # a profile of account ${needed}`,
  };
};

const judgeOtherAccounts = (accounts: readonly string[]): Finding[] =>
  accounts.map((account) => ({
    check: 'other-account',
    where,
    severity: 'warning',
    what: `Part of the deployment is in account ${account}, which these credentials can't check.`,
    mend: `AWS_PROFILE=… npm run preflight   # with a profile of account ${account}`,
  }));

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
      : `${name} does not exist; the deploy creates it if its role is allowed to.`,
    mend: `aws iam create-service-linked-role --aws-service-name ${service}`,
  };
}

/** No API says whether an account is verified; one with a distribution is. */
function judgeDistributions(distributions: NonNullable<Facts['distributions']>): Finding {
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
