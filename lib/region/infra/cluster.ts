import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';

export interface RegionClusterProps {
  /** The deployment's name, also used for the cluster. */
  readonly name: string;
  readonly vpc: IVpc;
}

/**
 * The ECS cluster of a region, for proxies and workers. Uses standard Container Insights: it counts desired and running
 * tasks, which ECS alone does not report, for about $15 a month. The enhanced version bills separate metrics for every task
 * and container, so its cost grows with the fleet, and our programs log more about themselves anyway.
 *
 * ECS Exec stays off, so nobody gets a shell in a task.
 */
export class RegionCluster extends Construct {
  readonly cluster: Cluster;

  constructor(scope: Construct, id: string, props: RegionClusterProps) {
    super(scope, id);
    this.cluster = new Cluster(this, 'Cluster', {
      clusterName: props.name,
      vpc: props.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
      enableFargateCapacityProviders: true,
    });
  }
}
