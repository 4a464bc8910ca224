// Attaches live origins to the distribution during deploys, and detaches them: lib/edge/live-origins/infra/ has its custom resources and rules.
import { setTimeout as pause } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { cloudFrontDistribution } from '../../lib/adapters/aws/cloudfront/cloudfront-distribution.ts';
import { cloudFrontLiveOrigins } from '../../lib/adapters/aws/cloudfront/cloudfront-live-origins.ts';
import { answerCloudFormation } from '../../lib/adapters/aws/custom-resource.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { LiveOrigins } from '../../lib/edge/live-origins/keep-live-origins.ts';
import { liveOriginsFunctionCodec } from '../../lib/edge/live-origins/live-origins-config.ts';
import {
  type DistributionUpdate,
  type LiveOriginWork,
  liveOriginWork,
} from '../../lib/edge/live-origins/policy/resource-properties.ts';

/** The same for another distribution: CloudFormation would otherwise delete the resource of the old one, and so detach from the new. */
const physicalId = 'live-origins';

export const handler = await startFunction({
  codec: liveOriginsFunctionCodec,
  role: 'edge',
  name: 'live-origins',
  start({ distributionId, keyValueStore }) {
    const origins = new LiveOrigins({
      store: cloudFrontLiveOrigins({ keyValueStore }),
      distribution: cloudFrontDistribution({ distributionId }),
      pause: (ms) => pause(ms),
    });
    const perform = async (work: LiveOriginWork): Promise<void> => {
      if (work.kind === 'attach') await origins.attach(work.region, work.live);
      if (work.kind === 'detach') await origins.detach(work.region);
      if (work.kind === 'reattach') await origins.reattach(work.regions);
      if (work.kind === 'watch') await origins.watch(work.regions);
    };
    return async (event: CloudFormationCustomResourceEvent | DistributionUpdate): Promise<void> => {
      if (!('ResponseURL' in event)) return perform({ kind: event.step, regions: event.regions });
      const run = () => perform(liveOriginWork(event.RequestType, event.ResourceProperties));
      await answerCloudFormation(event, physicalId, run, run);
    };
  },
});
