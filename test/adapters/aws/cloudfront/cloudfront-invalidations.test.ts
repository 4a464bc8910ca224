import * as cloudFront from '@aws-sdk/client-cloudfront';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cloudFrontInvalidations } from '../../../../lib/adapters/aws/cloudfront/cloudfront-invalidations.ts';
import {
  type AwsAnswer,
  type AwsCall,
  AwsFault,
  type AwsStandIn,
  startAwsStandIn,
} from '../../../../testkit/aws/aws-stand-in.ts';

let standIn: AwsStandIn;
afterEach(() => standIn.stop());

async function invalidations(answer: (call: AwsCall) => AwsAnswer) {
  standIn = await startAwsStandIn({ client: cloudFront, format: 'rest-xml', answer });
  return cloudFrontInvalidations({
    distributionId: 'EDFDVBD6EXAMPLE',
    client: { ...standIn.settings, maxAttempts: 1 },
  });
}

const paths = ['/eu-central-1/0123456789abcdef/*'];
const batch = { CallerReference: 'r', Paths: { Quantity: 1, Items: paths } };
const invalidation = (Status: string) => ({
  Invalidation: { Id: 'I2J0I21PCUYOIK', Status, CreateTime: new Date(), InvalidationBatch: batch },
});

describe('an invalidation of CloudFront', () => {
  test('is asked for by its paths and reference, and done when CloudFront says so', async () => {
    const states = ['InProgress', 'Completed'];
    const { request, isDone } = await invalidations(({ operation }) =>
      operation === 'CreateInvalidation' ? invalidation('InProgress') : invalidation(states.shift() ?? ''),
    );
    const { id } = await request(paths, 'stream-1');
    expect(standIn.calls[0]?.input).toEqual({
      DistributionId: 'EDFDVBD6EXAMPLE',
      InvalidationBatch: { CallerReference: 'stream-1', Paths: { Quantity: 1, Items: paths } },
    });
    expect(await isDone(id)).toBe(false);
    expect(await isDone(id)).toBe(true);
    expect(standIn.calls[2]?.input).toEqual({ DistributionId: 'EDFDVBD6EXAMPLE', Id: 'I2J0I21PCUYOIK' });
  });

  test.each([
    ['TooManyInvalidationsInProgress', 400],
    ['Throttling', 400],
    ['ThrottlingException', 429],
  ])('has to wait where CloudFront says %s', async (name, status) => {
    const { request, isDone } = await invalidations(() => new AwsFault(name, { status }));
    await expect(request(paths, 'r')).rejects.toMatchObject({
      name: 'InvalidationsBusyError',
      code: 'INVALIDATIONS_BUSY',
      cause: { name },
    });
    if (name !== 'TooManyInvalidationsInProgress') expect(await isDone('I1')).toBe(false);
  });

  test('is a fault where there is no such distribution, or the role may not', async () => {
    for (const name of ['NoSuchDistribution', 'AccessDenied']) {
      const { request, isDone } = await invalidations(() => new AwsFault(name));
      await expect(request(paths, 'r')).rejects.toMatchObject({ name });
      await expect(isDone('I1')).rejects.toMatchObject({ name });
      await standIn.stop();
    }
  });

  test('is done where CloudFront knows it no more', async () => {
    const { isDone } = await invalidations(() => new AwsFault('NoSuchInvalidation'));
    expect(await isDone('I1')).toBe(true);
  });
});
