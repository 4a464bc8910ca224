import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { certificateFunctionCodec } from '../../../../lib/ingest/certificate/certificate-config.ts';
import { IngestCertificate } from '../../../../lib/ingest/certificate/infra/certificate-function.ts';
import { actionsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf } from '../../../../testkit/aws/template.ts';

const domain = { name: 'example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };

const build = (withDomain: boolean) =>
  templateOf((stack) => {
    const certificate = new IngestCertificate(stack, 'Certificate', {
      name: 'live',
      ...(withDomain && { domain }),
      encryptionKey: new Key(stack, 'Key'),
      metricsNamespace: 'Headwater/live',
      logDays: RetentionDays.ONE_MONTH,
    });
    const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com');
    certificate.grantRead(new Role(stack, 'Proxy', { assumedBy }));
    new StringParameter(stack, 'UsesIt', { stringValue: certificate.location });
  });
const exported = build(true);
const own = build(false);
const environment = (of: typeof own) =>
  Object.values(of.findResources('AWS::Lambda::Function'))[0]?.Properties.Environment.Variables;
const onlyId = (of: typeof own, type: string) => Object.keys(of.findResources(type))[0]!;

/** The reference to the certificate with this algorithm. */
const certificateOf = (KeyAlgorithm: string) => {
  const found = exported.findResources('AWS::CertificateManager::Certificate', {
    Properties: { KeyAlgorithm },
  });
  return { Ref: Object.keys(found)[0] };
};
const [ec, rsa] = ['EC_prime256v1', 'RSA_2048'].map(certificateOf);

describe('with a domain, the certificates', () => {
  test('are ACM’s, P-256 and RSA, may be exported, and are validated in the domain’s zone', () => {
    exported.resourceCountIs('AWS::CertificateManager::Certificate', 2);
    exported.allResourcesProperties('AWS::CertificateManager::Certificate', {
      DomainName: 'ingest.example.com',
      CertificateExport: 'ENABLED',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'ingest.example.com', HostedZoneId: domain.hostedZoneId }],
    });
    expect(environment(exported)).toMatchObject({
      HEADWATER_ACM_CERTIFICATE: ec,
      HEADWATER_ACM_RSA_CERTIFICATE: rsa,
    });
  });

  test('are fetched when ACM reports a new one, and each day', () => {
    const target = { Arn: { 'Fn::GetAtt': [onlyId(exported, 'AWS::Lambda::Function'), 'Arn'] } };
    exported.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.acm'],
        'detail-type': ['ACM Certificate Available'],
        resources: [ec, rsa],
      },
      Targets: [Match.objectLike(target)],
    });
    exported.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
      Targets: [Match.objectLike(target)],
    });
  });

  test('are exported by a function that may only export these and write this one secret', () => {
    const statements = statementsOf(exported, 'Function');
    expect(actionsOf(statements)).toEqual([
      'acm:ExportCertificate',
      'acm:GetCertificate',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
    ]);
    expect(JSON.stringify(statements)).not.toContain('*');
  });
});

describe('without a domain, the certificates', () => {
  test('are made by the function itself, which does not use ACM', () => {
    own.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    own.resourceCountIs('AWS::Events::Rule', 1);
    expect(actionsOf(statementsOf(own)).join()).not.toContain('acm:');
    const env = { ...environment(own), HEADWATER_CERTIFICATE_SECRET: 'a secret' };
    expect(certificateFunctionCodec.decode(env)).toEqual({
      certificateSecret: 'a secret',
      serverName: 'ingest.live.internal',
    });
  });
});

describe.each([
  ['with', exported],
  ['without', own],
])('%s a domain', (_word, template) => {
  test('anything that uses the certificates’ location waits until there are certificates', () => {
    const current = onlyId(template, 'Custom::IngestCertificate');
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Value: { 'Fn::Join': ['', ['secretsmanager:', { Ref: current }]] },
    });
    template.hasResourceProperties('Custom::IngestCertificate', {
      ServiceToken: { 'Fn::GetAtt': [onlyId(template, 'AWS::Lambda::Function'), 'Arn'] },
      ServiceTimeout: '300',
    });
  });

  test('the function is created after its permissions, so that the first certificate does not fail', () => {
    const [made] = Object.values(template.findResources('AWS::Lambda::Function'));
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    const own = policies.find(([, { Properties }]) => JSON.stringify(Properties.Roles).includes('Function'));
    expect(made?.DependsOn).toContain(own?.[0]);
  });

  test('the secret is under the customer’s key, and a proxy may read it but not write it', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      KmsKeyId: { 'Fn::GetAtt': [onlyId(template, 'AWS::KMS::Key'), 'Arn'] },
    });
    expect(actionsOf(statementsOf(template, 'Proxy'))).toEqual([
      'kms:Decrypt',
      'secretsmanager:GetSecretValue',
    ]);
    for (const { Action, Condition } of statementsOf(template)) {
      if (!String(Action).includes('kms:')) continue;
      expect(Condition).toEqual({
        StringEquals: {
          'kms:ViaService': {
            'Fn::Join': ['', ['secretsmanager.eu-central-1.', { Ref: 'AWS::URLSuffix' }]],
          },
        },
      });
    }
  });
});
