import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';

export interface RegionClusterProps {
  /** The deployment's name, and the cluster's. */
  readonly name: string;
  readonly vpc: IVpc;
}

/**
 * The ECS cluster of a region, for proxies and workers. Container Insights in its plain form: it counts desired and running
 * tasks, which ECS by itself doesn't tell, for some $15 a month. The enhanced form bills every task and container as metrics
 * of their own, so it grows with the fleet, and our programs tell more of themselves in their logs.
 *
 * Nobody gets a shell in a task: ECS Exec stays off.
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
