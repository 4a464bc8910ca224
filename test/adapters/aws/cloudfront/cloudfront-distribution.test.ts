import * as cloudFront from '@aws-sdk/client-cloudfront';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cloudFrontDistribution } from '../../../../lib/adapters/aws/cloudfront/cloudfront-distribution.ts';
import { withLiveOrigin } from '../../../../lib/edge/live-origins/policy/attachment.ts';
import {
  type AwsAnswer,
  type AwsCall,
  AwsFault,
  type AwsStandIn,
  startAwsStandIn,
} from '../../../../testkit/aws/aws-stand-in.ts';

let standIn: AwsStandIn;
afterEach(() => standIn.stop());

async function distribution(answer: (call: AwsCall) => AwsAnswer) {
  standIn = await startAwsStandIn({ client: cloudFront, format: 'rest-xml', answer });
  return cloudFrontDistribution({
    distributionId: 'EDFDVBD6EXAMPLE',
    client: { ...standIn.settings, maxAttempts: 1 },
  });
}

const live = { vpcOriginId: 'vo_1', domainName: 'live.elb.eu-central-1.amazonaws.com' };
const attach = (routing: Parameters<typeof withLiveOrigin>[0]) =>
  withLiveOrigin(routing, 'eu-central-1', live);

/** What CloudFront insists on, and the rest of a template's configuration by a few examples. */
const config = () => ({
  CallerReference: 'r',
  Comment: 'media of every region',
  Enabled: true,
  HttpVersion: 'http2and3',
  Origins: {
    Quantity: 1,
    Items: [
      {
        Id: 'eu-central-1',
        DomainName: 'eu.s3.amazonaws.com',
        OriginPath: '',
        CustomHeaders: { Quantity: 0 },
        S3OriginConfig: { OriginAccessIdentity: '', OriginReadTimeout: 5 },
        ConnectionAttempts: 2,
        ConnectionTimeout: 2,
        OriginAccessControlId: 'E1',
      },
    ],
  },
  OriginGroups: { Quantity: 0 },
  DefaultCacheBehavior: { TargetOriginId: 'eu-central-1', ViewerProtocolPolicy: 'https-only' },
  CacheBehaviors: {
    Quantity: 1,
    Items: [
      {
        PathPattern: '/eu-central-1/*.m4s',
        TargetOriginId: 'eu-central-1',
        ViewerProtocolPolicy: 'https-only',
        CachePolicyId: 'P1',
      },
    ],
  },
});
const found = (DistributionConfig: object = config(), ETag = 'E1') => ({ DistributionConfig, ETag });
const whole = (Status: string) => ({
  Id: 'EDFDVBD6EXAMPLE',
  ARN: 'arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE',
  Status,
  LastModifiedTime: new Date(),
  InProgressInvalidationBatches: 0,
  DomainName: 'd1.cloudfront.net',
  DistributionConfig: config(),
});

describe('a distribution', () => {
  test('gets a live origin in the words of CloudFront’s API, and keeps all the rest', async () => {
    const { edit } = await distribution(({ operation }) =>
      operation === 'GetDistributionConfig' ? found() : { Distribution: whole('InProgress') },
    );
    await edit(attach);
    const { operation, input } = standIn.calls[1]!;
    expect(operation).toBe('UpdateDistribution');
    expect(input).toMatchObject({ Id: 'EDFDVBD6EXAMPLE', IfMatch: 'E1' });
    const { Origins, OriginGroups, CacheBehaviors, ...rest } = input.DistributionConfig;
    expect(rest).toMatchObject({ Comment: 'media of every region', Enabled: true, HttpVersion: 'http2and3' });
    expect(Origins).toMatchObject({
      Quantity: 2,
      Items: [
        { Id: 'eu-central-1', OriginAccessControlId: 'E1' },
        { Id: 'live-eu-central-1', VpcOriginConfig: { VpcOriginId: 'vo_1' } },
      ],
    });
    expect(OriginGroups.Items[0].FailoverCriteria.StatusCodes.Items).toEqual([500, 502, 503, 504]);
    expect(CacheBehaviors.Items).toMatchObject([
      { TargetOriginId: 'media-eu-central-1', CachePolicyId: 'P1' },
    ]);
  });

  test('is not written if nothing changes: each update takes minutes to reach all edges', async () => {
    const { edit } = await distribution(() => found(attach(config())));
    await edit(attach);
    expect(standIn.calls.map(({ operation }) => operation)).toEqual(['GetDistributionConfig']);
  });

  test.each(['PreconditionFailed', 'InvalidIfMatchVersion'])(
    'is read and changed again if another change came first (%s)',
    async (fault) => {
      let updates = 0;
      const { edit } = await distribution(({ operation }) => {
        if (operation === 'GetDistributionConfig') return found(config(), `E${updates + 1}`);
        updates += 1;
        return updates === 1 ? new AwsFault(fault) : { Distribution: whole('InProgress') };
      });
      await edit(attach);
      expect(standIn.calls.map(({ input }) => input.IfMatch)).toEqual([undefined, 'E1', undefined, 'E2']);
    },
  );

  test('is deployed once CloudFront says so', async () => {
    const states = ['InProgress', 'Deployed'];
    const { isDeployed } = await distribution(() => ({ Distribution: whole(states.shift() ?? '') }));
    expect([await isDeployed(), await isDeployed()]).toEqual([false, true]);
  });

  test('that is gone has no routing, needs no change and is waited for by nobody', async () => {
    const { routing, edit, isDeployed } = await distribution(() => new AwsFault('NoSuchDistribution'));
    expect(await routing()).toBeUndefined();
    await edit(attach);
    expect(await isDeployed()).toBe(true);
  });

  test('that the role may not change is a fault', async () => {
    const { edit } = await distribution(() => new AwsFault('AccessDenied'));
    await expect(edit(attach)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
