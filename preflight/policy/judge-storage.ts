import type { Deployment } from '../../lib/config/deployment.ts';
import { defaultLadder, type LadderConfig } from '../../lib/config/ladder.ts';
import { segmentSeconds } from '../../lib/packaging/segment-grid.ts';
import type { Finding } from '../finding.ts';

/** Writes that a partition of an S3 bucket takes at first. */
const partitionPutsPerSecond = 3_500;

/** How many streams a region's bucket takes before S3 splits it, which takes it half an hour of load or more. */
export function judgeStorage(deployment: Deployment): Finding {
  const ladder: LadderConfig = deployment.ladder ?? defaultLadder;
  // Each rendition and the sound: a segment and its playlist; then the manifests of the broadcast and of the stream.
  const putsPerSegment = 2 * (ladder.rungs.length + 1) + 2;
  const streams = Math.floor((partitionPutsPerSecond * segmentSeconds) / putsPerSegment);
  return {
    check: 's3-partition',
    where: 'each region',
    severity: 'note',
    what:
      `A new bucket takes ${partitionPutsPerSecond.toLocaleString('en-US')} writes/s, enough for ${streams} streams; ` +
      'above that S3 slows writes down until it has split the bucket, 30 to 60 minutes later.',
  };
}
