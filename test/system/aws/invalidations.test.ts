import {
  CloudFrontClient,
  CreateDistributionCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cloudFrontInvalidations } from '../../../lib/adapters/aws/cloudfront/cloudfront-invalidations.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';

// The emulator has every invalidation done at once, has no limit of those under way, and does not look at CallerReference: for
// that there is a stand-in (test/adapters/aws/).

let emulator: AwsEmulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

test('an invalidation is asked of a distribution, and is heard to be done', async () => {
  const admin = new CloudFrontClient(emulator.client);
  const { Distribution } = await admin.send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: 'test',
        Comment: 'test',
        Enabled: true,
        Origins: {
          Quantity: 1,
          Items: [
            {
              Id: 'origin',
              DomainName: 'origin.s3.amazonaws.com',
              S3OriginConfig: { OriginAccessIdentity: '' },
            },
          ],
        },
        DefaultCacheBehavior: { TargetOriginId: 'origin', ViewerProtocolPolicy: 'https-only' },
      },
    }),
  );
  const distributionId = Distribution?.Id ?? '';
  const invalidations = cloudFrontInvalidations({ distributionId, client: emulator.client });
  const { id } = await invalidations.request(['/eu-central-1/0123456789abcdef/*'], 'stream-1');
  expect(await invalidations.isDone(id)).toBe(true);
  const { InvalidationList } = await admin.send(
    new ListInvalidationsCommand({ DistributionId: distributionId }),
  );
  expect(InvalidationList?.Items?.map(({ Id }) => Id)).toEqual([id]);
  expect(await invalidations.isDone('INOTHERE')).toBe(true);
  const nowhere = cloudFrontInvalidations({ distributionId: 'ENOTHERE', client: emulator.client });
  await expect(nowhere.request(['/*'], 'r')).rejects.toMatchObject({ name: 'NoSuchDistribution' });
  admin.destroy();
});
