import { describe, expect, test } from '@jest/globals';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PlaybackKeys } from '../../../../lib/control/playback/infra/playback-keys-function.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { actionsOf, callsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf } from '../../../../testkit/aws/template.ts';

const denialsArn = 'arn:aws:cloudfront::111122223333:key-value-store/0f0e';
const template = templateOf((stack) => {
  new PlaybackKeys(stack, 'PlaybackKeys', {
    name: 'live',
    region: 'eu-central-1',
    encryptionKey: new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true }).encryptionKey,
    denialsArn,
    metricsNamespace: 'Headwater/live',
    logDays: RetentionDays.ONE_MONTH,
  });
});
const statements = statementsOf(template, 'PlaybackKeys');
const resourcesOf = (action: string) =>
  statements.filter(({ Action }) => [Action].flat().includes(action)).map(({ Resource }) => Resource);
const [secretId = ''] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));

describe('the function that rotates the playback keys', () => {
  test('runs once a day, and before whoever uses the keys is deployed', () => {
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)' });
    template.hasResourceProperties('Custom::PlaybackKeys', { region: 'eu-central-1', store: denialsArn });
  });

  test('writes one secret and one store, and nothing else', () => {
    for (const action of ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue']) {
      expect(resourcesOf(action)).toEqual([{ Ref: secretId }]);
    }
    const calls = [...callsOf('cloudfront/key-value-store'), ...callsOf('cloudfront/cloudfront-keys')]
      // Keys are replaced; only revocations are removed, many at a time.
      .filter((call) => call !== 'DeleteKey')
      .map((call) => `cloudfront-keyvaluestore:${call}`);
    for (const call of calls) expect(resourcesOf(call)).toEqual([denialsArn]);
    const actions = actionsOf(statements).filter((action) => !/^(kms|logs|secretsmanager):/.test(action));
    expect(actions).toEqual(calls.sort());
  });

  test('knows the names of both, and neither key nor link is in the template', () => {
    const [[, { Properties }] = ['', { Properties: {} }]] = Object.entries(
      template.findResources('AWS::Lambda::Function', { Properties: { Runtime: 'nodejs24.x' } }),
    );
    expect(Properties.Environment.Variables).toMatchObject({
      HEADWATER_PLAYBACK_KEYS_SECRET: { Ref: secretId },
      HEADWATER_KEY_VALUE_STORE: denialsArn,
      HEADWATER_REGION: 'eu-central-1',
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('{{resolve:secretsmanager');
  });
});
