import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GlobalAcceleratorClient } from '@aws-sdk/client-global-accelerator';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { popRegion } from '../../../config/names.ts';
import { clientSettings } from '../client-settings.ts';

/** Overrides for settings that the SDK would take from the environment. */
export interface EndpointSettings {
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export type RegionClients = ReturnType<typeof openClients>;

/** Clients of one region; Global Accelerator has its API in a region of its own. Nobody is in a hurry here, and calls are many. */
export function openClients(
  region: string,
  regional: EndpointSettings = {},
  global: EndpointSettings = regional,
) {
  const limits = clientSettings({ timeoutMs: 30_000, tries: 6, maxConnections: 8 });
  // A copy each: the SDK writes to the credentials that it is given.
  const settings = () => ({ ...limits, region, ...structuredClone(regional) });
  const clients = {
    stacks: new CloudFormationClient(settings()),
    network: new EC2Client(settings()),
    containers: new ECSClient(settings()),
    instances: new AutoScalingClient(settings()),
    schedules: new EventBridgeClient(settings()),
    balancers: new ElasticLoadBalancingV2Client(settings()),
    objects: new S3Client(settings()),
    tables: new DynamoDBClient(settings()),
    logs: new CloudWatchLogsClient(settings()),
    identity: new STSClient(settings()),
    accelerator: new GlobalAcceleratorClient({ ...limits, region: popRegion, ...structuredClone(global) }),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
