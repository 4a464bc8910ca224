import {
  AvailabilityZoneRebalancing,
  CpuArchitecture,
  type FargateServiceProps,
  FargateTaskDefinition,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { fleetScaling } from '../config/fleet-scaling.ts';

/** A task of this size, `Task` in the scope: ARM64 costs a fifth less. */
export function armTask(
  scope: Construct,
  size: { readonly cpu: number; readonly memoryMiB: number },
): FargateTaskDefinition {
  return new FargateTaskDefinition(scope, 'Task', {
    cpu: size.cpu,
    memoryLimitMiB: size.memoryMiB,
    runtimePlatform: {
      cpuArchitecture: CpuArchitecture.ARM64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
  });
}

/**
 * How every Fargate fleet is replaced and spread. After a zone was lost, the fleet is spread again. Without `desiredCount`: it would reset the
 * fleet to its minimum on every deploy, whoever is connected.
 */
export const fargateFleetRules = {
  assignPublicIp: false,
  minHealthyPercent: fleetScaling.deployPercent.least,
  maxHealthyPercent: fleetScaling.deployPercent.most,
  circuitBreaker: { enable: true, rollback: true },
  availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
  propagateTags: PropagatedTagSource.SERVICE,
  enableECSManagedTags: true,
} as const satisfies Partial<FargateServiceProps>;
