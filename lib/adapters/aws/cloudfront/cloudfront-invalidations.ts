import {
  CloudFrontClient,
  type CloudFrontClientConfig,
  CreateInvalidationCommand,
  GetInvalidationCommand,
  NoSuchInvalidation,
} from '@aws-sdk/client-cloudfront';
import { InvalidationsBusyError } from '../../../control/policy/errors.ts';
import type { Invalidations } from '../../../control/ports.ts';
import { clientSettings } from '../client-settings.ts';

/** More than the account may have at once (15 paths with a `*`), or asked for faster than CloudFront answers. */
const busy = new Set([
  'TooManyInvalidationsInProgress',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

export interface CloudFrontInvalidationsOptions {
  readonly distributionId: string;
  /** What the SDK is not to take from the environment. */
  readonly client?: CloudFrontClientConfig;
}

/** Invalidations of a CloudFront distribution. The reference is CloudFront's `CallerReference`. */
export function cloudFrontInvalidations({
  distributionId: DistributionId,
  client: config,
}: CloudFrontInvalidationsOptions): Invalidations {
  const settings = clientSettings({ timeoutMs: 5_000, tries: 3, maxConnections: 4 });
  const client = new CloudFrontClient({ ...settings, ...config });

  return {
    async request(paths, CallerReference) {
      const Paths = { Quantity: paths.length, Items: [...paths] };
      const command = new CreateInvalidationCommand({
        DistributionId,
        InvalidationBatch: { CallerReference, Paths },
      });
      try {
        const { Invalidation } = await client.send(command);
        if (Invalidation?.Id === undefined) throw new Error('CloudFront gave the invalidation no id.');
        return { id: Invalidation.Id };
      } catch (cause) {
        if (!busy.has((cause as Error).name)) throw cause;
        throw new InvalidationsBusyError('CloudFront takes no more invalidations now.', { cause });
      }
    },
    async isDone(Id) {
      try {
        const { Invalidation } = await client.send(new GetInvalidationCommand({ DistributionId, Id }));
        // `Completed` by CloudFront's documentation; the emulator shouts it.
        return Invalidation?.Status?.toLowerCase() === 'completed';
      } catch (cause) {
        if (busy.has((cause as Error).name)) return false;
        // Those under way are known: it is long done, or of a distribution that is gone with all that it kept.
        if (cause instanceof NoSuchInvalidation) return true;
        throw cause;
      }
    },
  };
}
