import type { Deployment } from '../../lib/config/deployment.ts';
import type { HostedZoneFacts } from '../facts.ts';
import { type Finding, unchecked } from '../finding.ts';

const where = 'domain';

/** The hosted zone of the deployment's domain. */
export function judgeDomain(
  { name, hostedZoneId }: NonNullable<Deployment['domain']>,
  { zone, delegatedTo }: HostedZoneFacts,
): Finding[] {
  const check = 'hosted-zone';
  if ('unread' in zone) return [unchecked({ check, where }, `the hosted zone ${hostedZoneId}`, zone.unread)];
  const wrong = (what: string, mend: string): Finding => ({ check, where, severity: 'missing', what, mend });
  const found = zone.value;
  const list = `aws route53 list-hosted-zones-by-name --dns-name ${name}`;
  if (!found) return [wrong(`There is no hosted zone ${hostedZoneId} in this account.`, list)];
  if (found.isPrivate)
    return [wrong(`The hosted zone ${hostedZoneId} is private; the domain needs a public one.`, list)];
  if (name !== found.name && !name.endsWith(`.${found.name}`))
    return [
      {
        ...wrong(`The hosted zone ${hostedZoneId} is for another domain.`, list),
        needed: name,
        has: found.name,
      },
    ];
  const exists: Finding = { check, where, severity: 'ok', what: `The hosted zone of ${found.name} exists.` };
  return [exists, judgeDelegation(found.name, found.nameServers, delegatedTo)];
}

/** Certificates are validated by DNS: a zone that nobody is referred to makes the deploy wait until it times out. */
function judgeDelegation(
  zone: string,
  nameServers: readonly string[],
  delegatedTo: HostedZoneFacts['delegatedTo'],
): Finding {
  const check = 'delegation';
  if ('unread' in delegatedTo)
    return unchecked({ check, where }, `whether ${zone} is delegated`, delegatedTo.unread);
  if (delegatedTo.value.some((server) => nameServers.includes(server)))
    return { check, where, severity: 'ok', what: `Public DNS refers to the hosted zone of ${zone}.` };
  return {
    check,
    where,
    severity: 'missing',
    what: `Public DNS does not refer to the hosted zone of ${zone}, so its certificates can't be validated.`,
    needed: nameServers.join(' '),
    has: delegatedTo.value.join(' ') || 'no name servers',
    mend: 'Enter these name servers at the registrar, or as NS records in the parent zone',
  };
}
