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

/** Over the account's limit of concurrent invalidations (15 paths with a `*`), or throttled. */
const busy = new Set([
  'TooManyInvalidationsInProgress',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

export interface CloudFrontInvalidationsOptions {
  readonly distributionId: string;
  /** Overrides for settings the SDK would take from the environment. */
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
        if (Invalidation?.Id === undefined) throw new Error('CloudFront returned no invalidation id.');
        return { id: Invalidation.Id };
      } catch (cause) {
        if (!busy.has((cause as Error).name)) throw cause;
        throw new InvalidationsBusyError('CloudFront is not accepting more invalidations at the moment.', {
          cause,
        });
      }
    },
    async isDone(Id) {
      try {
        const { Invalidation } = await client.send(new GetInvalidationCommand({ DistributionId, Id }));
        // CloudFront documents `Completed`; the emulator returns it in upper case.
        return Invalidation?.Status?.toLowerCase() === 'completed';
      } catch (cause) {
        if (busy.has((cause as Error).name)) return false;
        // CloudFront knows all pending ones, so this one is long done, or its distribution was deleted along with its caches.
        if (cause instanceof NoSuchInvalidation) return true;
        throw cause;
      }
    },
  };
}
