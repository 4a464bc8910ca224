import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ScheduledEvent } from '../../config/capacity-schedule.ts';
import type { Deployment } from '../../config/deployment.ts';
import { armTask, fargateFleetRules } from '../../infra/fargate.ts';
import { type EncoderFleetProps, EncoderTask } from './encoder-task.ts';
import { scaleOnLoad } from './load-scaling.ts';

export interface CpuEncoderFleetProps extends EncoderFleetProps {
  readonly size: Deployment['compute']['cpuEncoders'];
  /** Announced events. @default none */
  readonly events?: readonly ScheduledEvent[];
  /** Unix ms. @default when the template is made */
  readonly nowMs?: number;
}

/**
 * The encoder workers without a GPU: Fargate tasks on ARM64, spread over the zones; those above the minimum run on Spot if
 * the deployment asks for it.
 *
 * Live broadcasts survive a deployment, good or bad. ECS starts the new tasks beside the old ones (at least 100 % stay
 * healthy), and stops an old one only when a new one is healthy and the old one isn't protected. New tasks that fail trip the
 * circuit breaker, which rolls back to the old version: that stops new tasks, never the ones with broadcasts. A task that is
 * finally stopped – its two hours have run out, or Spot reclaims it – hands its broadcasts over.
 */
export class CpuEncoderFleet extends Construct {
  readonly service: FargateService;
  readonly taskRole: IRole;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: CpuEncoderFleetProps) {
    super(scope, id);
    const { size } = props;
    const task = armTask(this, size);
    const { streams } = size;
    const worker = new EncoderTask(this, 'Worker', { ...props, task, pool: 'cpu', streams });
    this.taskRole = task.taskRole;
    this.securityGroup = worker.securityGroup;
    this.logGroup = worker.logGroup;
    this.service = new FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: task,
      vpcSubnets: props.subnets,
      ...fargateFleetRules,
      securityGroups: [this.securityGroup],
      capacityProviderStrategies: spotMix(size),
    });
    scaleOnLoad(this.service, { ...props, ...size, pool: 'cpu' });
  }
}

/** The minimum never runs on Spot: if Spot reclaims everything at once, the rest must carry the initial load. */
function spotMix({ minTasks, spotPercent }: CpuEncoderFleetProps['size']) {
  // A weight of 0 would run no tasks there at all, not even the minimum.
  const steady = { capacityProvider: 'FARGATE', base: minTasks, weight: Math.max(1, 100 - spotPercent) };
  return spotPercent === 0 ? [steady] : [steady, { capacityProvider: 'FARGATE_SPOT', weight: spotPercent }];
}
