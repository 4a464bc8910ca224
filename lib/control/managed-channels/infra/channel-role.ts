import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { type IGrantable, type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { channelRoleName } from '../../../config/names.ts';
import { acknowledgeWildcards } from '../../../infra/wildcard.ts';
import type { OriginBucket } from '../../../origin/infra/origin-bucket.ts';

export interface ChannelRoleProps {
  /** The deployment's name. */
  readonly name: string;
  readonly vpc: IVpc;
  /** Subnets of MediaLive's inputs. */
  readonly subnetIds: readonly string[];
  readonly securityGroup: ISecurityGroup;
  readonly origin: OriginBucket;
}

/**
 * What MediaLive itself may do: write below `managed/` of broadcasts, place its inputs in two subnets, and write its log. It is
 * the only role that writes without conditions (see `OriginBucket`), so it has a fixed name that the bucket knows in advance.
 */
export class ChannelRole extends Construct {
  readonly role: IRole;

  constructor(scope: Construct, id: string, props: ChannelRoleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      roleName: channelRoleName(props.name, stack.region),
      description: `MediaLive channels of ${props.name}`,
      // No condition on the account: MediaLive's documentation promises none, and only this account's identities can pass the
      // role.
      assumedBy: new ServicePrincipal('medialive.amazonaws.com'),
    });
    this.role = role;
    props.origin.grantManagedWrite(role);
    const ec2 = (resource: string, resourceName: string) =>
      stack.formatArn({ service: 'ec2', resource, resourceName });
    const ours = { ArnEquals: { 'ec2:Vpc': ec2('vpc', props.vpc.vpcId) } };
    const interfaces = ec2('network-interface', '*');
    // Account-wide: MediaLive offers no other.
    const logGroup = stack.formatArn({ service: 'logs', resource: 'log-group:ElementalMediaLive:*' });
    for (const statement of [
      {
        actions: ['ec2:CreateNetworkInterface'],
        resources: [
          interfaces,
          ...props.subnetIds.map((subnetId) => ec2('subnet', subnetId)),
          ec2('security-group', props.securityGroup.securityGroupId),
        ],
      },
      {
        actions: [
          'ec2:CreateNetworkInterfacePermission',
          'ec2:DeleteNetworkInterface',
          'ec2:DeleteNetworkInterfacePermission',
        ],
        resources: [interfaces],
        conditions: ours,
      },
      {
        actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets'],
        resources: ['*'],
      },
      {
        actions: [
          'logs:CreateLogGroup',
          'logs:CreateLogStream',
          'logs:DescribeLogStreams',
          'logs:PutLogEvents',
        ],
        resources: [logGroup],
      },
    ]) {
      role.addToPolicy(new PolicyStatement(statement));
    }
    acknowledgeWildcards(
      role,
      [interfaces],
      'EC2 names an interface on creation. MediaLive may create interfaces in two subnets with one security group, and modify only those in this network.',
    );
    acknowledgeWildcards(role, [logGroup], 'Log streams of the one log group that MediaLive writes.');
    acknowledgeWildcards(role, ['*'], 'EC2 Describe actions do not support resource-level permissions.');
  }

  /** Lets a function pass this role to MediaLive, and to no other service. */
  grantPass(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'medialive.amazonaws.com' } },
      }),
    );
  }
}
