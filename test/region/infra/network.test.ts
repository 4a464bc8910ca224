import { describe, expect, test } from '@jest/globals';
import { App, Fn, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { RegionNetwork } from '../../../lib/region/infra/network.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const networkOf = (zones: number, withGpu: boolean, simulcast = false): Template =>
  templateOf((stack) => {
    new RegionNetwork(stack, 'Network', {
      tableNames: ['headwater-streams', 'headwater-fleet'],
      zones,
      withGpu,
      simulcast,
      logDays: 30,
    });
  });

/** CIDRs by the subnet's name. */
const addressesOf = (template: Template) =>
  Object.entries(template.findResources('AWS::EC2::Subnet')).map(([id, { Properties }]) => [
    id,
    Properties.CidrBlock,
  ]);

const endpointsOf = (template: Template, type: 'Gateway' | 'Interface') =>
  Object.values(
    template.findResources('AWS::EC2::VPCEndpoint', { Properties: { VpcEndpointType: type } }),
  ).map(({ Properties }) => Properties);

describe('the network of a region', () => {
  const fargate = networkOf(3, false);
  const gpu = networkOf(3, true);

  test('asks AWS nothing while it is synthesized: its zones are intrinsics', () => {
    const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
    class RegionStack extends Stack {
      override get availabilityZones(): string[] {
        return [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())];
      }
    }
    const stack = new RegionStack(app, 'Region', {
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    new RegionNetwork(stack, 'Network', {
      tableNames: ['headwater-streams', 'headwater-fleet'],
      zones: 2,
      withGpu: false,
      simulcast: false,
      logDays: 30,
    });
    expect(app.synth().manifest.missing).toBeUndefined();
  });

  test.each([2, 3])('has a private subnet in each of %i zones', (zones) => {
    const subnets = Object.values(
      networkOf(zones, false).findResources('AWS::EC2::Subnet', {
        Properties: { Tags: Match.arrayWith([{ Key: 'aws-cdk:subnet-name', Value: 'cell' }]) },
      }),
    );
    expect(subnets.map(({ Properties }) => Properties.AvailabilityZone)).toEqual(
      Array.from({ length: zones }, (_, zone) => ({ 'Fn::Select': [zone, { 'Fn::GetAZs': '' }] })),
    );
  });

  test('gives no address of the internet to anything that is put into it', () => {
    fargate.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
  });

  test('moves no subnet when a GPU fleet or a zone is added', () => {
    expect(addressesOf(gpu)).toEqual(addressesOf(fargate));
    expect(addressesOf(fargate)).toEqual(expect.arrayContaining(addressesOf(networkOf(2, false))));
  });

  test('has an endpoint for each service and no NAT where only Fargate runs', () => {
    fargate.resourceCountIs('AWS::EC2::NatGateway', 0);
    expect(endpointsOf(fargate, 'Interface').map(({ ServiceName }) => ServiceName)).toEqual([
      'com.amazonaws.eu-central-1.ecr.api',
      'com.amazonaws.eu-central-1.ecr.dkr',
      'com.amazonaws.eu-central-1.logs',
      'com.amazonaws.eu-central-1.secretsmanager',
    ]);
    for (const endpoint of endpointsOf(fargate, 'Interface')) {
      expect(endpoint.SubnetIds).toHaveLength(3);
      expect(endpoint.PrivateDnsEnabled).toBe(true);
    }
  });

  test('lets the cell reach the endpoints by HTTPS, as identities of this account', () => {
    const groups = fargate.findResources('AWS::EC2::SecurityGroup');
    for (const { SecurityGroupIds, PolicyDocument } of endpointsOf(fargate, 'Interface')) {
      const [
        {
          'Fn::GetAtt': [group],
        },
      ] = SecurityGroupIds;
      expect(groups[group]?.Properties.SecurityGroupIngress).toEqual([
        expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/16' }),
      ]);
      expect(PolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } },
        }),
      ]);
    }
  });

  test('lets the private subnets out to the internet only through NAT, one a zone', () => {
    gpu.resourceCountIs('AWS::EC2::NatGateway', 3);
    expect(endpointsOf(gpu, 'Interface')).toHaveLength(0);
    const defaultRoutes = (template: Template) =>
      Object.entries(template.findResources('AWS::EC2::Route')).filter(([id]) => id.includes('cell'));
    expect(defaultRoutes(fargate)).toHaveLength(0);
    expect(defaultRoutes(gpu).map(([, { Properties }]) => Object.keys(Properties))).toEqual(
      Array.from({ length: 3 }, () => expect.arrayContaining(['NatGatewayId'])),
    );
  });

  describe('with simulcast', () => {
    const sending = networkOf(3, false, true);
    const defaultRoutes = (template: Template) =>
      Object.keys(
        template.findResources('AWS::EC2::Route', { Properties: { NatGatewayId: Match.anyValue() } }),
      );

    test('leads the proxies’ subnets out by NAT, one a zone, and no others', () => {
      sending.resourceCountIs('AWS::EC2::NatGateway', 3);
      expect(defaultRoutes(sending)).toHaveLength(3);
      for (const id of defaultRoutes(sending)) expect(id).toContain('ingest');
    });

    test('moves no subnet that is there already', () => {
      const addresses = addressesOf(sending);
      expect(addresses).toEqual(expect.arrayContaining(addressesOf(fargate)));
      expect(addresses).toHaveLength(addressesOf(fargate).length + 3);
    });

    test('keeps the endpoints, and the proxies reach S3 and DynamoDB by them', () => {
      expect(endpointsOf(sending, 'Interface')).toHaveLength(4);
      for (const gateway of endpointsOf(sending, 'Gateway')) expect(gateway.RouteTableIds).toHaveLength(6);
    });

    test('adds nothing where a GPU fleet has NAT for all', () => {
      expect(addressesOf(networkOf(3, true, true))).toEqual(addressesOf(gpu));
    });
  });

  test('reaches S3 and DynamoDB without paying by the GB, either way', () => {
    for (const template of [fargate, gpu]) {
      const gateways = endpointsOf(template, 'Gateway');
      expect(gateways.map(({ ServiceName }) => JSON.stringify(ServiceName))).toEqual([
        expect.stringContaining('.s3'),
        expect.stringContaining('.dynamodb'),
      ]);
      for (const gateway of gateways) expect(gateway.RouteTableIds).toHaveLength(3);
    }
  });

  test('reaches no bucket of another account, but the one with the layers of images', () => {
    fargate.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Action: 's3:*',
            Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
          }),
          Match.objectLike({
            Action: 's3:GetObject',
            Resource: 'arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*',
          }),
        ],
      },
    });
  });

  test('reaches the tables of this deployment and no others', () => {
    fargate.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Action: 'dynamodb:*',
            Resource: ['fleet', 'fleet/index/*', 'streams', 'streams/index/*'].map(
              (table) => `arn:aws:dynamodb:eu-central-1:111122223333:table/headwater-${table}`,
            ),
          }),
        ],
      },
    });
  });

  test('has an internet gateway even without NAT, or the accelerator sends nothing into it', () => {
    fargate.resourceCountIs('AWS::EC2::InternetGateway', 1);
    fargate.resourceCountIs('AWS::EC2::VPCGatewayAttachment', 1);
  });

  test('shuts the default security group', () => {
    fargate.resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
  });

  test('logs every flow for as long as the deployment keeps logs', () => {
    fargate.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'ALL' });
    fargate.hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 30,
      LogGroupClass: 'INFREQUENT_ACCESS',
    });
  });
});
