import type { RegionFacts } from '../facts.ts';
import { type Finding, unchecked } from '../finding.ts';
import type { KeptResource } from './kept-resources.ts';

/** What is left of a stack that can't be deployed as it is, or what a deleted one kept. */
export function judgeStack(stack: string, where: string, { stackStatuses, kept }: RegionFacts): Finding[] {
  const fact = stackStatuses.get(stack);
  const check = 'stack';
  if (!fact) return [];
  if ('unread' in fact) return [unchecked({ check, where }, `the stack ${stack}`, fact.unread)];
  const status = fact.value;
  const at = `--stack-name ${stack} --region ${where}`;
  const blocked = (mend: string): Finding[] => [
    { check, where, severity: 'missing', what: `The stack ${stack} is in ${status}.`, mend },
  ];
  // The CDK deletes what a failed first deploy left, but then its kept resources are in the way like a destroyed stack's.
  if (status === undefined || status === 'REVIEW_IN_PROGRESS' || status === 'ROLLBACK_COMPLETE')
    return judgeKept(stack, where, kept);
  if (status === 'ROLLBACK_FAILED' || status === 'DELETE_FAILED')
    return blocked(`aws cloudformation delete-stack ${at}`);
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return blocked(`aws cloudformation continue-update-rollback ${at}`);
  if (status.endsWith('_IN_PROGRESS'))
    return blocked(`aws cloudformation describe-stack-events ${at}   # and wait`);
  return [{ check, where, severity: 'ok', what: `The stack ${stack} is in ${status}.` }];
}

function judgeKept(stack: string, where: string, kept: RegionFacts['kept']): Finding[] {
  const check = 'kept-resources';
  const ours = kept.filter(({ resource }) => resource.stack === stack);
  const named = ({ kind, name }: KeptResource) => `${kind} ${name}`;
  const findings = ours.flatMap(({ resource, presence }): Finding[] => {
    if ('unread' in presence) return [unchecked({ check, where }, `the ${named(resource)}`, presence.unread)];
    if (presence.value !== 'being deleted') return [];
    return [
      {
        check,
        where,
        severity: 'missing',
        what: `The ${named(resource)} is scheduled for deletion, and its name is taken until then.`,
        mend: `aws secretsmanager restore-secret --secret-id ${resource.name} --region ${where}`,
      },
    ];
  });
  const present = ours.filter(({ presence }) => 'value' in presence && presence.value === 'present');
  if (present.length === 0) return findings;
  const names = present.map(({ resource }) => named(resource));
  return [
    ...findings,
    {
      check,
      where,
      severity: 'warning',
      what: `An earlier ${stack} left ${names.join(', ')}. A plain deploy fails on them.`,
      mend: `npx cdk deploy ${stack} --import-existing-resources   # or delete them, with all they hold`,
    },
  ];
}
