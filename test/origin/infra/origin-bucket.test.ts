import { describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { OriginBucket } from '../../../lib/origin/infra/origin-bucket.ts';
import { templateOf, testDeployment } from '../../support/template.ts';

function originOf(retention: object = {}): Template {
  return templateOf((stack) => {
    const origin = new OriginBucket(stack, 'Origin', {
      deployment: 'headwater',
      retention: testDeployment({ retention }).retention,
    });
    origin.grantWrite(
      new Role(stack, 'Worker', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }),
    );
  });
}

const template = originOf();
const name = 'headwater-origin-111122223333-eu-central-1';
const origin = { BucketName: name };

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

/** The statements of the origin's own policy, not of its logs'. */
function statements(): Statement[] {
  const [bucketId] = Object.keys(template.findResources('AWS::S3::Bucket', { Properties: origin }));
  const policies = Object.values(template.findResources('AWS::S3::BucketPolicy'));
  const policy = policies.find(({ Properties }) => Properties.Bucket.Ref === bucketId);
  return policy?.Properties.PolicyDocument.Statement;
}
const statement = (sid: string) => statements().find(({ Sid }) => Sid === sid);

describe('the origin bucket', () => {
  test('has the name that the edge stack looks for', () => {
    template.resourcePropertiesCountIs('AWS::S3::Bucket', origin, 1);
  });

  test('every bucket is closed to the public and encrypted, and takes TLS 1.2 at least', () => {
    const buckets = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(buckets).toHaveLength(2);
    for (const { Properties } of buckets) {
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
      expect(JSON.stringify(Properties.BucketEncryption)).toContain('AES256');
    }
    for (const { Properties } of Object.values(template.findResources('AWS::S3::BucketPolicy'))) {
      const denials = Properties.PolicyDocument.Statement.filter(
        ({ Effect }: Statement) => Effect === 'Deny',
      );
      expect(denials).toContainEqual(
        expect.objectContaining({ Condition: { Bool: { 'aws:SecureTransport': 'false' } }, Action: 's3:*' }),
      );
      expect(denials).toContainEqual(
        expect.objectContaining({ Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
      );
    }
  });

  test('CloudFront of this account reads objects, and may list, so that what is missing is a 404', () => {
    const reader = {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: {
        ArnLike: { 'aws:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/*' },
      },
    };
    expect(statement('EdgeReads')).toMatchObject({ ...reader, Action: 's3:GetObject' });
    expect(JSON.stringify(statement('EdgeReads')?.Resource)).toContain('/eu-central-1/*');
    expect(statement('EdgeIsToldWhatIsMissing')).toMatchObject({ ...reader, Action: 's3:ListBucket' });
    expect(JSON.stringify(statement('EdgeIsToldWhatIsMissing')?.Resource)).not.toContain('/*');
  });

  test('a write that names no expectation is refused, whoever sends it', () => {
    expect(statement('NoBlindWrites')).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Condition: {
        Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    });
  });

  test('nobody else is let in', () => {
    const allowed = statements().filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Sid }) => Sid)).toEqual(['EdgeReads', 'EdgeIsToldWhatIsMissing']);
  });

  test('a player of any origin may ask before it sends a range', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ...origin,
      CorsConfiguration: {
        CorsRules: [
          Match.objectLike({ AllowedOrigins: ['*'], AllowedMethods: ['GET', 'HEAD'], MaxAge: 86_400 }),
        ],
      },
    });
  });

  test('requests are logged into a bucket that forgets', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ...origin,
      LoggingConfiguration: Match.objectLike({ LogFilePrefix: 'origin/' }),
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: Match.absent(),
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30, Status: 'Enabled' })] },
    });
  });
});

describe('how long things stay', () => {
  const rules = (built: Template) =>
    Object.values(built.findResources('AWS::S3::Bucket', { Properties: origin }))[0]?.Properties
      .LifecycleConfiguration.Rules as readonly { Id: string }[];
  const rule = (id: string, built = template) => rules(built).find(({ Id }) => Id === id);

  test('a recording goes after its days, a broken upload after one', () => {
    expect(rule('recordings')).toMatchObject({ Prefix: 'eu-central-1/', ExpirationInDays: 30 });
    expect(rule('broken-uploads')).toMatchObject({
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
  });

  test('what a channel wrote in its first second outlives the segments of its first days', () => {
    expect(rule('recordings')).toMatchObject({ ObjectSizeGreaterThan: 8192 });
    expect(rule('small-objects')).toMatchObject({ ObjectSizeLessThan: 8193, ExpirationInDays: 430 });
  });

  test('only large segments move to colder storage, and only where they stay for months', () => {
    expect(rule('cold-recordings')).toBeUndefined();
    expect(rule('cold-recordings', originOf({ recordingDays: 365 }))).toMatchObject({
      ObjectSizeGreaterThan: 1_048_576,
      Transitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays: 30 }],
    });
  });

  test('recordings survive the stack unless the deployment says otherwise', () => {
    template.hasResource('AWS::S3::Bucket', { Properties: origin, DeletionPolicy: 'Retain' });
    originOf({ keepOnDelete: false }).hasResource('AWS::S3::Bucket', {
      Properties: origin,
      DeletionPolicy: 'Delete',
    });
  });
});

describe('a worker’s right to write', () => {
  test('is to put, to read back and to list, in its own region’s part, and nothing more', () => {
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
    const granted: Statement[] = policy?.Properties.PolicyDocument.Statement;
    expect(granted.map(({ Action }) => Action)).toEqual([['s3:GetObject', 's3:PutObject'], 's3:ListBucket']);
    expect(JSON.stringify(granted[0]?.Resource)).toContain('/eu-central-1/*');
  });
});
