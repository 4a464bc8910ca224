import type { Stack } from 'aws-cdk-lib';
import type { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { ScheduledEvent } from '../config/capacity-schedule.ts';
import type { Deployment, DeploymentRegion } from '../config/deployment.ts';
import type { ControlTables } from '../control-store/infra/tables.ts';
import type { DeployCalls } from '../infra/deploy-calls.ts';
import type { addresses, edgeRoleArns } from '../infra/global-values.ts';
import type { RemoteParameters } from '../infra/remote-parameters.ts';
import type { RelayKeys } from '../ingest/relay-keys/infra/relay-keys-function.ts';
import type { OriginBucket } from '../origin/infra/origin-bucket.ts';
import type { RegionNetwork } from '../region/infra/network.ts';

/** What the stages of a region's cell share. Constructs are made in the stack itself: their paths are in the logical ids of resources. */
export interface RegionCell {
  readonly stack: Stack;
  readonly deployment: Deployment;
  readonly region: DeploymentRegion;
  /** Changes with each deploy. */
  readonly deployedAt: string;
  readonly calls: DeployCalls;
  readonly remoteParameters: RemoteParameters;
  /** Only if the edge is in another account. */
  readonly edgeRoles: ReturnType<typeof edgeRoleArns> | undefined;
  readonly addresses: ReturnType<typeof addresses>;
  readonly network: RegionNetwork;
  readonly cluster: Cluster;
  readonly tables: ControlTables;
  readonly origin: OriginBucket;
  readonly relayKeys: RelayKeys;
  /** Of functions. */
  readonly measured: {
    readonly metricsNamespace: string;
    readonly logDays: Deployment['retention']['logDays'];
  };
  /** Announced events of this region. */
  readonly events: readonly ScheduledEvent[];
}

/** Where programs find the control store. */
export const controlStoreOf = ({ name }: Deployment) => `dynamodb:${name}` as const;
