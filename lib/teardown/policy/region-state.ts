/** What an account has of a region's cell, as far as it decides how the cell is taken down. */
export interface RegionState {
  /** The account of the credentials. */
  readonly account: string;
  /** Undefined: there is no such stack, because it was never deployed or is already deleted. */
  readonly stack?: StackState;
  /** Names of schedules that are on and start tasks: the canary's. */
  readonly schedules: readonly string[];
  /** The accelerator's ways into the region. */
  readonly endpointGroups: readonly EndpointGroup[];
  /** Broadcasts that live workers have, including those that wait for their publisher. */
  readonly broadcasts: number;
  /** MediaLive channels and inputs of this deployment. */
  readonly channels: number;
  readonly inputs: number;
  readonly cluster?: ClusterState;
  readonly instanceGroups: readonly InstanceGroup[];
  /** ARNs of balancers whose deletion protection is on. */
  readonly protectedBalancers: readonly string[];
  /** Buckets with objects that the stack deletes. */
  readonly fullBuckets: readonly string[];
  /** Tables that the stack deletes although their deletion protection is on. */
  readonly protectedTables: readonly string[];
  /** Global Accelerator's security groups in the cell's own network, which it never deletes. */
  readonly acceleratorGroups: readonly string[];
  /** The security group that CloudFront made for VPC origins in the cell's own network, once none of ours is left. */
  readonly vpcOriginGroups: readonly string[];
  /** Interfaces in the cell's own network that nothing uses. */
  readonly unusedInterfaces: readonly string[];
  /** Log groups that AWS services made beside the stack. */
  readonly logGroups: readonly string[];
  /** What the stack leaves behind when it is deleted. */
  readonly kept: readonly KeptResource[];
}

export interface StackState {
  readonly name: string;
  /** CloudFormation's, for example `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly terminationProtection: boolean;
  /** Resources that could not be deleted the last time, with AWS's reasons. */
  readonly failures: readonly { readonly resource: string; readonly reason: string }[];
}

export interface EndpointGroup {
  readonly arn: string;
  readonly trafficDialPercent: number;
}

export interface ClusterState {
  readonly name: string;
  /** Names of services that are not deleted. */
  readonly services: readonly string[];
  readonly tasks: number;
}

export interface InstanceGroup {
  readonly name: string;
  readonly instances: number;
}

export interface KeptResource {
  /** For example `AWS::DynamoDB::Table`. */
  readonly type: string;
  readonly id: string;
}
