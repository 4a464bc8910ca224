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
  /** Private subnets, one a zone. */
  readonly subnets: SubnetSelection;
  /** x86-64, with an NVIDIA encoder. */
  readonly instanceType: string;
  readonly maxInstances: number;
}

/** The AMI's own size: driver, CUDA and Docker, and a few images. */
const rootGiB = 50;

/**
 * EC2 instances with a GPU as capacity of the cluster. ECS starts one where a task finds no place, and ends one only when
 * it has no task (termination protection); one that AWS ends all the same is drained first.
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
      // The number is the capacity provider's business.
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
        'Instances come and go with tasks, by ECS. What a person would be told of is the fleet, and alarms watch that.',
    });
  }

  #launchTemplate({ cluster, instanceType }: GpuInstancesProps): LaunchTemplate {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    // What the agent may do is written by the CDK, when the instances join the cluster.
    Validations.of(role).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Action::ecs:Submit*]',
        reason:
          "The agent tells this one cluster how its tasks and containers fare; that is all of Submit's family.",
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'ecs:DiscoverPollEndpoint and ecr:GetAuthorizationToken are not actions on a resource, and polling is bound to this cluster by a condition. Logs can only be added to. Tasks cannot reach this role.',
      },
    );
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: 'GPU instances: nothing in, out to AWS. Tasks have groups of their own',
      allowAllOutbound: false,
    });
    securityGroup.connections.allowToAnyIpv4(Port.HTTPS, 'AWS: ECS, images, logs');
    const userData = UserData.forLinux();
    // The agent alone uses the instance's role; tasks have their own.
    userData.addCommands("echo 'ECS_AWSVPC_BLOCK_IMDS=true' >> /etc/ecs/ecs.config");
    const template = new LaunchTemplate(this, 'LaunchTemplate', {
      // A public parameter that CloudFormation reads: every deploy brings the newest driver, kernel and agent.
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
