import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  BuiltInAttributes,
  Ec2Service,
  Ec2TaskDefinition,
  NetworkMode,
  PlacementConstraint,
  PlacementStrategy,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { fleetScaling } from '../../config/fleet-scaling.ts';
import { type EncoderFleetProps, EncoderTask } from './encoder-task.ts';
import { GpuInstances } from './gpu-instances.ts';
import { scaleOnLoad } from './load-scaling.ts';

export interface GpuEncoderFleetProps extends EncoderFleetProps {
  readonly size: NonNullable<Deployment['compute']['gpuEncoders']>;
}

/** The smallest instances with an NVIDIA encoder have 16 GiB; each runs a single task. */
const memoryReservationMiB = 8192;

/**
 * The encoder workers with a GPU: one task per EC2 instance, on demand. The services follow the CPU fleet's rules, so live
 * broadcasts survive a deployment for the same reasons.
 */
export class GpuEncoderFleet extends Construct {
  readonly service: Ec2Service;
  readonly taskRole: IRole;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: GpuEncoderFleetProps) {
    super(scope, id);
    const { cluster, subnets, size } = props;
    const instances = new GpuInstances(this, 'Instances', {
      cluster,
      subnets,
      instanceType: size.instanceType,
      // A deployment runs as many new tasks beside the old ones, and each needs an instance.
      maxInstances: 2 * size.maxTasks,
    });
    const task = new Ec2TaskDefinition(this, 'Task', { networkMode: NetworkMode.AWS_VPC });
    const worker = new EncoderTask(this, 'Worker', {
      ...props,
      task,
      pool: 'gpu',
      streams: size.streams,
      container: { gpuCount: 1, memoryReservationMiB },
    });
    this.taskRole = task.taskRole;
    this.securityGroup = worker.securityGroup;
    this.logGroup = worker.logGroup;
    this.service = new Ec2Service(this, 'Service', {
      cluster,
      taskDefinition: task,
      vpcSubnets: subnets,
      securityGroups: [this.securityGroup],
      capacityProviderStrategies: [
        { capacityProvider: instances.capacityProvider.capacityProviderName, weight: 1 },
      ],
      placementStrategies: [PlacementStrategy.spreadAcross(BuiltInAttributes.AVAILABILITY_ZONE)],
      placementConstraints: [PlacementConstraint.distinctInstances()],
      minHealthyPercent: fleetScaling.deployPercent.least,
      maxHealthyPercent: fleetScaling.deployPercent.most,
      circuitBreaker: { enable: true, rollback: true },
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
    });
    scaleOnLoad(this.service, { ...props, ...size, pool: 'gpu' });
  }
}
