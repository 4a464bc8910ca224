import { Stack, Tags, Validations } from 'aws-cdk-lib';
import {
  AutoScalingGroup,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  GroupMetrics,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  InstanceType,
  LaunchTemplate,
  Port,
  SecurityGroup,
  type SubnetSelection,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { AmiHardwareType, AsgCapacityProvider, type Cluster, EcsOptimizedImage } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface GpuInstancesProps {
  readonly cluster: Cluster;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection;
  /** x86-64, with an NVIDIA encoder. */
  readonly instanceType: string;
  readonly maxInstances: number;
}

/** The AMI's own size: driver, CUDA and Docker, and a few images. */
const rootGiB = 50;

/**
 * EC2 instances with a GPU as capacity of the cluster. ECS starts one when a task doesn't fit, and ends one only when it has
 * no task (termination protection); an instance that AWS ends anyway is drained first.
 */
export class GpuInstances extends Construct {
  readonly capacityProvider: AsgCapacityProvider;

  constructor(scope: Construct, id: string, props: GpuInstancesProps) {
    super(scope, id);
    const { cluster, subnets, maxInstances } = props;
    const group = new AutoScalingGroup(this, 'Group', {
      vpc: cluster.vpc,
      vpcSubnets: subnets,
      launchTemplate: this.#launchTemplate(props),
      // The capacity provider controls the number.
      minCapacity: 0,
      maxCapacity: maxInstances,
      newInstancesProtectedFromScaleIn: true,
      groupMetrics: [GroupMetrics.all()],
    });
    this.capacityProvider = new AsgCapacityProvider(this, 'CapacityProvider', {
      autoScalingGroup: group,
      enableManagedScaling: true,
      enableManagedTerminationProtection: true,
      enableManagedDraining: true,
      // No spare instances: the service's headroom is spare tasks.
      targetCapacityPercent: 100,
      // From start to a registered agent, with the driver loaded.
      instanceWarmupPeriod: 180,
    });
    cluster.addAsgCapacityProvider(this.capacityProvider);
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason:
        'ECS starts and ends instances with their tasks. What people need to hear about is the fleet, and alarms watch that.',
    });
  }

  #launchTemplate({ cluster, instanceType }: GpuInstancesProps): LaunchTemplate {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    // The CDK writes the agent's permissions when the instances join the cluster.
    Validations.of(role).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Action::ecs:Submit*]',
        reason:
          'The agent reports the state of its tasks and containers to this one cluster; the Submit actions allow nothing else.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'ecs:DiscoverPollEndpoint and ecr:GetAuthorizationToken have no resource-level permissions, and a condition limits polling to this cluster. Logs are append-only. Tasks cannot reach this role.',
      },
    );
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: 'GPU instances: nothing in, out to AWS. Tasks have groups of their own',
      allowAllOutbound: false,
    });
    securityGroup.connections.allowToAnyIpv4(Port.HTTPS, 'AWS: ECS, images, logs');
    const userData = UserData.forLinux();
    // Only the agent uses the instance's role; tasks have their own.
    userData.addCommands("echo 'ECS_AWSVPC_BLOCK_IMDS=true' >> /etc/ecs/ecs.config");
    const template = new LaunchTemplate(this, 'LaunchTemplate', {
      // A public parameter that CloudFormation resolves: every deploy brings the newest driver, kernel and agent.
      machineImage: EcsOptimizedImage.amazonLinux2023(AmiHardwareType.GPU),
      instanceType: new InstanceType(instanceType),
      role,
      securityGroup,
      userData,
      requireImdsv2: true,
      httpPutResponseHopLimit: 1,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(rootGiB, { encrypted: true, volumeType: EbsDeviceVolumeType.GP3 }),
        },
      ],
    });
    Tags.of(template).add('Name', `${Stack.of(this).stackName}/gpu-encoder`);
    return template;
  }
}
