import { describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CanaryTask } from '../../../lib/canary/infra/canary-task.ts';
import { parseCanaryOptions } from '../../../lib/canary/options.ts';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import { canaryCodec } from '../../../lib/config/programs/canary.ts';
import { programCodec } from '../../../lib/config/programs/program.ts';
import { synthesize } from '../../../testkit/aws/platform-templates.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';

const jwt = {
  issuer: 'https://login.example.com',
  audiences: ['headwater'],
  scopePrefix: 'headwater/',
  canarySecret: 'canary-client',
};

function canaryOf(api: object = {}): Template {
  const deployment = testDeployment({ canary: true, api });
  return templateOf((stack) => {
    const vpc = new Vpc(stack, 'Vpc', {
      natGateways: 0,
      subnetConfiguration: [
        { name: 'cell', subnetType: SubnetType.PRIVATE_ISOLATED },
        { name: 'gateway', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
      ],
    });
    new CanaryTask(stack, 'Canary', {
      name: 'headwater',
      region: 'eu-central-1',
      cluster: new Cluster(stack, 'Cluster', { vpc }),
      subnets: { subnetType: SubnetType.PUBLIC },
      image: ContainerImage.fromRegistry('example.com/canary'),
      api: { url: 'https://api-1.execute-api.eu-central-1.amazonaws.com', id: 'api-1', logicalId: 'Api' },
      ladder: defaultLadder,
      after: [new Topic(stack, 'Fleet')],
      logDays: 30,
      ...(deployment.api.jwt && { jwt: deployment.api.jwt }),
    });
  });
}

/** The properties of the one resource of this type whose id begins so. */
function only(template: Template, type: string, id = '') {
  const found = Object.entries(template.findResources(type)).filter(([name]) => name.startsWith(id));
  expect(found).toHaveLength(1);
  return found[0]![1];
}

const environmentOf = (template: Template): Record<string, string> =>
  Object.fromEntries(
    only(template, 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions[0].Environment.map(
      ({ Name, Value }: { Name: string; Value: string }) => [Name, Value],
    ),
  );

describe('the scheduled canary', () => {
  const template = canaryOf();
  const task = only(template, 'AWS::ECS::TaskDefinition').Properties;
  const rule = only(template, 'AWS::Events::Rule');
  const target = rule.Properties.Targets[0];

  test('runs every 15 minutes, away from the limits of the alarm’s periods', () => {
    expect(rule.Properties.ScheduleExpression).toBe('cron(5/15 * * * ? *)');
    expect(target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 });
  });

  test('comes from outside: in public subnets, with an address of its own, and nothing gets in', () => {
    const { AssignPublicIp, Subnets, SecurityGroups } =
      target.EcsParameters.NetworkConfiguration.AwsVpcConfiguration;
    expect(AssignPublicIp).toBe('ENABLED');
    for (const subnet of Subnets) expect(subnet.Ref).toMatch(/^Vpcgateway/);
    expect(SecurityGroups).toHaveLength(1);
    const group = only(template, 'AWS::EC2::SecurityGroup', 'CanarySecurityGroup').Properties;
    expect(group).not.toHaveProperty('SecurityGroupIngress');
    expect(group.SecurityGroupEgress).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
    ]);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  test('starts once fleets and the way out are there', () => {
    expect(rule.DependsOn).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Fleet/),
        expect.stringMatching(/^Vpcgateway.*DefaultRoute/),
      ]),
    );
  });

  test('is given flags that it understands, a picture for the whole ladder, and metrics', () => {
    const [{ Command, StopTimeout, ReadonlyRootFilesystem, User, LinuxParameters }] =
      task.ContainerDefinitions;
    expect(parseCanaryOptions(Command)).toMatchObject({
      api: 'https://api-1.execute-api.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      size: '1920x1080',
      seconds: 60,
    });
    expect(programCodec.decode(environmentOf(template)).metricsNamespace).toBe('Headwater/headwater');
    expect({ StopTimeout, ReadonlyRootFilesystem, User }).toEqual({
      StopTimeout: 120,
      ReadonlyRootFilesystem: true,
      User: '1000:1000',
    });
    expect(LinuxParameters.Capabilities.Drop).toEqual(['ALL']);
    expect(task.RuntimePlatform.CpuArchitecture).toBe('ARM64');
  });

  test('may call the routes it needs of its own API, and nothing else', () => {
    const { Statement } = only(template, 'AWS::IAM::Policy', 'CanaryTaskTaskRole').Properties.PolicyDocument;
    expect(Statement).toHaveLength(1);
    expect(Statement[0].Action).toBe('execute-api:Invoke');
    const routes = Statement[0].Resource.map((arn: unknown) => JSON.stringify(arn).split('$default/')[1]);
    expect(routes.map((route: string) => route.replace(/"\]*\}?$/, '').replace(/".*/, ''))).toEqual([
      'DELETE/v1/streams/*',
      'GET/v1/streams/*',
      'POST/v1/streams',
      'POST/v1/streams/*',
    ]);
    expect(JSON.stringify(Statement[0].Resource)).toContain('api-1/$default');
  });
});

test('with the issuer’s tokens, it may read its OAuth client instead, and knows where to go with it', () => {
  const template = canaryOf({ jwt });
  const { Statement } = only(template, 'AWS::IAM::Policy', 'CanaryTaskTaskRole').Properties.PolicyDocument;
  expect(Statement).toHaveLength(1);
  expect(Statement[0].Action).toBe('secretsmanager:GetSecretValue');
  expect(JSON.stringify(Statement[0].Resource)).toContain(':secret:canary-client-??????');
  expect(canaryCodec.decode(environmentOf(template))).toEqual({
    oidcIssuer: 'https://login.example.com',
    oidcAudience: 'headwater',
    oidcScopePrefix: 'headwater/',
    oidcClient: 'secretsmanager:canary-client',
  });
});

test('a deployment with the issuer’s tokens and no client for the canary is refused in words', () => {
  expect(() => testDeployment({ canary: true, api: { jwt: { ...jwt, canarySecret: undefined } } })).toThrow(
    'canary: needs api.jwt.canarySecret',
  );
});

describe('a region', () => {
  const regionOf = (fields: object) =>
    synthesize(testDeployment(fields), { validate: false }).templates.get('headwater-eu-central-1')!;
  const alarm = { AlarmName: 'headwater: Canary failing' };

  test('has no canary unless the deployment asks for one', () => {
    const template = regionOf({});
    expect(
      template.findResources('AWS::Events::Rule', { Properties: { Description: 'Runs the canary.' } }),
    ).toEqual({});
    expect(template.findResources('AWS::CloudWatch::Alarm', { Properties: alarm })).toEqual({});
  });

  test('with a canary has an alarm that fires when no run passes, also when none runs at all', () => {
    const template = regionOf({ canary: true });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...alarm,
      Namespace: 'Headwater/headwater',
      MetricName: 'CanaryPassed',
      Statistic: 'Sum',
      Period: 900,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      TreatMissingData: 'breaching',
    });
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).toContain(
      'Canary: from end to end',
    );
    const rules = template.findResources('AWS::Events::Rule', {
      Properties: { Description: 'Runs the canary.' },
    });
    const [rule] = Object.values(rules);
    expect(rule?.DependsOn).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^IngestService/),
        expect.stringMatching(/^CpuEncoderService/),
      ]),
    );
    expect(JSON.stringify(rule?.Properties.Targets)).toContain('NetworkVpcgatewaySubnet1');
  });
});
