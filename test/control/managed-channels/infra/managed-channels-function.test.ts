import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { managedTags } from '../../../../lib/adapters/aws/medialive/medialive-settings.ts';
import { ManagedChannels } from '../../../../lib/control/managed-channels/infra/managed-channels-function.ts';
import { planChannel } from '../../../../lib/control/managed-channels/policy/channel-plan.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { OriginBucket } from '../../../../lib/origin/infra/origin-bucket.ts';
import { newBroadcastId, newStreamId } from '../../../../lib/routing/ids.ts';
import { actionsOf, callsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf, testDeployment } from '../../../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 3 });
  new ManagedChannels(stack, 'Channels', {
    name: 'live',
    region: 'eu-central-1',
    vpc,
    subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    proxySecurityGroup: new SecurityGroup(stack, 'Proxies', { vpc, allowAllOutbound: false }),
    channelClass: 'STANDARD',
    tables: new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true }),
    origin: new OriginBucket(stack, 'Origin', { deployment: 'live', retention: testDeployment().retention }),
    bus: new EventBus(stack, 'Bus'),
    eventDays: 400,
    metricsNamespace: 'Headwater/live',
    logDays: RetentionDays.ONE_MONTH,
  });
});
const driver = statementsOf(template, 'ChannelsFunction');
const mediaLive = statementsOf(template, 'ChannelRole');
const granting = (statements: typeof driver, action: string) =>
  statements.filter(({ Action }) => [Action].flat().includes(action));
const tag = managedTags.deployment;

describe('the function that drives managed channels', () => {
  test('is called each minute, at MediaLive’s changes and at those of streams; what is missed is not made up for', () => {
    const rules = Object.values(template.findResources('AWS::Events::Rule')).map(
      ({ Properties }) => Properties,
    );
    expect(rules).toHaveLength(3);
    for (const { Targets } of rules) {
      expect(Targets).toMatchObject([{ RetryPolicy: { MaximumRetryAttempts: 0 } }]);
    }
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      EventPattern: { source: ['aws.medialive'], 'detail-type': ['MediaLive Channel State Change'] },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('^Bus') },
      EventPattern: {
        source: ['headwater'],
        'detail-type': ['managed.channel.starting', 'stream.ended', 'stream.taken_down'],
      },
    });
  });

  test('keeps the journal entries that it writes as long as the deployment says', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('MediaLive'),
      Environment: { Variables: Match.objectLike({ HEADWATER_EVENT_RETENTION_DAYS: '400' }) },
    });
  });

  test('has a minute: more than the 45 s that it stays with a channel', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('MediaLive'),
      Timeout: 60,
    });
  });

  test('makes nothing without this deployment’s tag, and touches nothing of others', () => {
    const made = { StringEquals: { [`aws:RequestTag/${tag}`]: 'live' } };
    const ours = { StringEquals: { [`aws:ResourceTag/${tag}`]: 'live' } };
    for (const action of ['CreateChannel', 'CreateInput', 'CreateTags']) {
      expect(granting(driver, `medialive:${action}`)).toMatchObject([{ Condition: made }]);
    }
    for (const action of ['DescribeChannel', 'StartChannel', 'StopChannel', 'DeleteChannel', 'DeleteInput']) {
      expect(granting(driver, `medialive:${action}`)).toMatchObject([{ Condition: ours }]);
    }
    const unbound = driver.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action);
    expect(unbound).toEqual([['medialive:ListChannels', 'medialive:ListInputs']]);
  });

  test('may make the calls that its adapter makes, and tag what it makes', () => {
    const calls = [...callsOf('medialive/medialive-encoder'), 'CreateTags'].map(
      (call) => `medialive:${call}`,
    );
    expect(actionsOf(driver).filter((action) => action.startsWith('medialive:'))).toEqual(calls.sort());
  });

  test('gives MediaLive one role, and no other service any', () => {
    expect(granting(driver, 'iam:PassRole')).toMatchObject([
      {
        Resource: { 'Fn::GetAtt': [expect.stringContaining('ChannelRole'), 'Arn'] },
        Condition: { StringEquals: { 'iam:PassedToService': 'medialive.amazonaws.com' } },
      },
    ]);
  });

  test('writes playlists as everybody does, and deletes manifests of DASH only', () => {
    const [removes, ...others] = granting(driver, 's3:DeleteObject');
    expect(others).toEqual([]);
    expect(JSON.stringify(removes?.Resource)).toContain('"/eu-central-1/*/manifest.mpd"');
  });
});

describe('what MediaLive may do', () => {
  test('is to write below `managed/` of broadcasts, where its plans lead', () => {
    const [writes, ...others] = granting(mediaLive, 's3:PutObject');
    expect(others).toEqual([]);
    expect(JSON.stringify(writes?.Resource)).toContain('"/eu-central-1/*/managed/*"');
    const { destinations } = planChannel(
      { streamId: newStreamId(), broadcastId: newBroadcastId(1), askedAtMs: 1 },
      { region: 'eu-central-1', channelClass: 'STANDARD' },
    );
    expect(destinations).toHaveLength(2);
    for (const destination of destinations) expect(destination).toMatch(/^eu-central-1\/.+\/managed\/./);
    expect(actionsOf(mediaLive).filter((action) => action.startsWith('s3:'))).toEqual([
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ]);
  });

  test('is under the name that the bucket’s policy lets write without conditions', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'live-medialive-eu-central-1',
      AssumeRolePolicyDocument: {
        Statement: [Match.objectLike({ Principal: { Service: 'medialive.amazonaws.com' } })],
      },
    });
  });

  test('is to put its inputs into two subnets of this network', () => {
    const [makes] = granting(mediaLive, 'ec2:CreateNetworkInterface');
    const resources = [makes?.Resource].flat().map((resource) => JSON.stringify(resource));
    expect(resources.filter((resource) => resource.includes(':subnet/'))).toHaveLength(2);
    expect(resources.filter((resource) => resource.includes(':security-group/'))).toHaveLength(1);
    const [removes] = granting(mediaLive, 'ec2:DeleteNetworkInterface');
    expect(JSON.stringify(removes?.Condition)).toContain('ec2:Vpc');
  });
});

test('an input is reached by the proxies, at RTMP’s port, and by nobody else', () => {
  const groups = Object.entries(template.findResources('AWS::EC2::SecurityGroup'));
  const [inputs] = groups.find(([, { Properties }]) => Properties.GroupDescription.includes('Inputs')) ?? [];
  const [proxies] = groups.find(([id]) => id.startsWith('Proxies')) ?? [];
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    GroupId: { 'Fn::GetAtt': [inputs, 'GroupId'] },
    SourceSecurityGroupId: { 'Fn::GetAtt': [proxies, 'GroupId'] },
    FromPort: 1935,
    ToPort: 1935,
    IpProtocol: 'tcp',
  });
});
