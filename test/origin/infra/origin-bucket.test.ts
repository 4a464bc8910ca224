import { describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { OriginBucket } from '../../../lib/origin/infra/origin-bucket.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';

function originOf(retention: object = {}, blindWriter?: string): Template {
  return templateOf((stack) => {
    const origin = new OriginBucket(stack, 'Origin', {
      deployment: 'headwater',
      retention: testDeployment({ retention }).retention,
      ...(blindWriter !== undefined && { blindWriter }),
    });
    const roleFor = (id: string) =>
      new Role(stack, id, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    origin.grantWrite(roleFor('Worker'));
    origin.grantMove(roleFor('Mover'));
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
function statements(built = template): Statement[] {
  const [bucketId] = Object.keys(built.findResources('AWS::S3::Bucket', { Properties: origin }));
  const policies = Object.values(built.findResources('AWS::S3::BucketPolicy'));
  const policy = policies.find(({ Properties }) => Properties.Bucket.Ref === bucketId);
  return policy?.Properties.PolicyDocument.Statement;
}
const statement = (sid: string, built = template) => statements(built).find(({ Sid }) => Sid === sid);

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

  test('that holds for what is quarantined too, and is let off for one role where there is one', () => {
    const { Resource, Condition } = statement('NoBlindWrites') ?? {};
    expect(JSON.stringify(Resource)).toContain('"/eu-central-1/*"');
    expect(JSON.stringify(Resource)).toContain('"/quarantine/eu-central-1/*"');
    expect(JSON.stringify(Condition)).not.toContain('Principal');
    const role = 'arn:aws:iam::111122223333:role/medialive';
    expect(statement('NoBlindWrites', originOf({}, role))).toMatchObject({
      Principal: '*',
      Condition: {
        Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
        ArnNotEquals: { 'aws:PrincipalArn': role },
      },
    });
  });

  test('CloudFront cannot read what is quarantined', () => {
    expect(JSON.stringify(statement('EdgeReads')?.Resource)).not.toContain('quarantine');
  });

  test('nobody else is let in', () => {
    const allowed = statements().filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Sid }) => Sid)).toEqual(['EdgeReads', 'EdgeIsToldWhatIsMissing']);
  });

  test('no preflight reaches it: the function in front of the cache answers them', () => {
    template.hasResourceProperties('AWS::S3::Bucket', { ...origin, CorsConfiguration: Match.absent() });
  });

  test('requests are logged into a bucket that forgets', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ...origin,
      LoggingConfiguration: Match.objectLike({ LogFilePrefix: 'origin/' }),
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'headwater-origin-logs-111122223333-eu-central-1',
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

  test('what was taken down is kept for its review, however long recordings are', () => {
    expect(rule('quarantine')).toMatchObject({ Prefix: 'quarantine/', ExpirationInDays: 365 });
    expect(rule('quarantine', originOf({ quarantineDays: 30, recordingDays: 365 }))).toMatchObject({
      ExpirationInDays: 30,
    });
    // `<region>/` is no beginning of `quarantine/`, so no other rule takes it.
    const others = rules(template).filter(({ Id }) => Id !== 'quarantine' && Id !== 'broken-uploads');
    for (const other of others) expect(other).toMatchObject({ Prefix: 'eu-central-1/' });
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
    template.hasResource('AWS::S3::Bucket', { Properties: origin, DeletionPolicy: 'RetainExceptOnCreate' });
    originOf({ keepOnDelete: false }).hasResource('AWS::S3::Bucket', {
      Properties: origin,
      DeletionPolicy: 'Delete',
    });
  });
});

describe('rights', () => {
  const granted = (role: string): Statement[] =>
    Object.values(template.findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

  test('of a worker are to put, to read back and to list, in its own region’s part, and nothing more', () => {
    const [objects, ...rest] = granted('Worker');
    expect(objects?.Action).toEqual(['s3:GetObject', 's3:PutObject']);
    expect(JSON.stringify(objects?.Resource)).toContain('"/eu-central-1/*"');
    expect(JSON.stringify(objects?.Resource)).not.toContain('quarantine');
    expect(rest.map(({ Action }) => Action)).toEqual(['s3:ListBucket']);
  });

  test('of a takedown are to copy and to delete besides, there and in quarantine', () => {
    const [objects, ...rest] = granted('Mover');
    expect(objects?.Action).toEqual(['s3:DeleteObject', 's3:GetObject', 's3:PutObject']);
    expect(JSON.stringify(objects?.Resource)).toContain('"/eu-central-1/*"');
    expect(JSON.stringify(objects?.Resource)).toContain('"/quarantine/eu-central-1/*"');
    expect(rest.map(({ Action }) => Action)).toEqual(['s3:ListBucket']);
  });
});
