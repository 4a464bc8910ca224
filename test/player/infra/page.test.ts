import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { PlayerPage } from '../../../lib/player/infra/page.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';
import { makePageDir } from '../../../testkit/platform/page-dir.ts';

const { retention } = testDeployment();
const pageDir = makePageDir();
const distributionArn = 'arn:aws:cloudfront::111122223333:distribution/E1';
const template = templateOf((stack) => {
  const page = new PlayerPage(stack, 'Player');
  page.upload({ pageDir, config: { region: 'eu-central-1' }, retention });
  page.grantRead(distributionArn);
}, 'us-east-1');

const uploads = () => Object.entries(template.findResources('Custom::CDKBucketDeployment'));
const upload = (folder: string | undefined) =>
  uploads().find(([, { Properties }]) => Properties.DestinationBucketKeyPrefix === folder);

describe('the page’s bucket', () => {
  test('is closed to everybody but the one distribution, which is told what is missing', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    for (const Action of ['s3:GetObject', 's3:ListBucket']) {
      template.hasResourceProperties('AWS::S3::BucketPolicy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action,
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Condition: { ArnEquals: { 'aws:SourceArn': distributionArn } },
            }),
          ]),
        },
      });
    }
  });
});

describe('the upload', () => {
  test('marks files with a hash as good for ever, and all others as to be asked for anew', () => {
    expect(uploads()).toHaveLength(2);
    expect(upload('assets')?.[1].Properties.SystemMetadata).toEqual({
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(upload(undefined)?.[1].Properties.SystemMetadata).toEqual({ 'cache-control': 'no-cache' });
  });

  test('keeps the files of pages that are still open somewhere', () => {
    for (const [, { Properties }] of uploads()) expect(Properties.Prune).toBe(false);
  });

  test('brings the page after the files that it names', () => {
    const [assets] = upload('assets') ?? [];
    expect(JSON.stringify(upload(undefined)?.[1].DependsOn)).toContain(assets);
  });
});
