import type { Deployment } from '../../lib/config/deployment.ts';
import { ladderOf } from '../../lib/cost/forecast.ts';
import { quotas } from '../../lib/cost/quotas.ts';
import { workloadOf } from '../../lib/cost/workload.ts';
import type { Finding } from '../finding.ts';

/** How many streams a region's bucket takes before S3 splits it, which takes it half an hour of load or more. */
export function judgeStorage(deployment: Deployment): Finding {
  const { most } = quotas['s3-puts'];
  const streams = Math.floor(most / workloadOf(ladderOf(deployment)).originWrites);
  return {
    check: 's3-partition',
    where: 'each region',
    severity: 'note',
    what:
      `A new bucket takes ${most.toLocaleString('en-US')} writes/s, enough for ${streams} streams; ` +
      'above that S3 slows writes down until it has split the bucket, 30 to 60 minutes later.',
  };
}
