import { expect, test } from '@jest/globals';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { RelayKeys } from '../../../../lib/ingest/relay-keys/infra/relay-keys-function.ts';
import { parseRelayKeys } from '../../../../lib/protocol/relay/seal.ts';
import { actionsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf } from '../../../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  const keys = new RelayKeys(stack, 'RelayKeys', {
    name: 'live',
    encryptionKey: new Key(stack, 'Key'),
    metricsNamespace: 'Headwater/live',
    logDays: 30,
  });
  keys.grantRead(new Role(stack, 'Task', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }));
  new StringParameter(stack, 'UsesIt', { stringValue: keys.location });
});
const idOf = (type: string) => Object.keys(template.findResources(type))[0]!;
const roleOf = (service: string) =>
  Object.entries(template.findResources('AWS::IAM::Role')).find(([, role]) =>
    JSON.stringify(role).includes(service),
  )![0];

test('the first key is made by Secrets Manager, and is one that programs accept', () => {
  const [secret] = Object.values(template.findResources('AWS::SecretsManager::Secret'));
  const { PasswordLength, ExcludePunctuation } = secret!.Properties.GenerateSecretString;
  expect(ExcludePunctuation).toBe(true);
  expect(parseRelayKeys('k'.repeat(PasswordLength))).toHaveLength(1);
  expect(secret!.Properties.KmsKeyId).toBeDefined();
});

test('a function rotates them every 30 days, called by Secrets Manager of this account only', () => {
  const functionArn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function'), 'Arn'] };
  template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
    SecretId: { Ref: idOf('AWS::SecretsManager::Secret') },
    RotationLambdaARN: functionArn,
    RotationRules: { AutomaticallyAfterDays: 30 },
    RotateImmediatelyOnUpdate: false,
  });
  template.hasResourceProperties('AWS::Lambda::Permission', {
    FunctionName: functionArn,
    Principal: 'secretsmanager.amazonaws.com',
    SourceAccount: '111122223333',
  });
});

test('tasks may read the secret, the function may add versions to it, and neither may do anything else', () => {
  const secret = { Ref: idOf('AWS::SecretsManager::Secret') };
  const task = statementsOf(template, roleOf('ecs-tasks.amazonaws.com'));
  expect(actionsOf(task)).toEqual(['kms:Decrypt', 'secretsmanager:GetSecretValue']);
  const rotation = statementsOf(template, roleOf('lambda.amazonaws.com'));
  expect(actionsOf(rotation).filter((action) => action.startsWith('secretsmanager:'))).toEqual([
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ]);
  for (const statement of [...task, ...rotation].filter(({ Action }) =>
    String(Action).includes('secretsmanager'),
  ))
    expect(statement.Resource).toEqual(secret);
});
