import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { CanaryTask } from '../canary/infra/canary-task.ts';
import { controlTableNames } from '../control-store/tables.ts';
import type { IngestCertificate } from '../ingest/certificate/infra/certificate-function.ts';
import type { ProxyFleet } from '../ingest/infra/proxy-fleet.ts';
import { RegionAlarms } from '../observability/infra/alarms.ts';
import { RegionDashboard } from '../observability/infra/dashboard.ts';
import type { RegionSubjects } from '../observability/infra/subjects.ts';
import { alarmLimits } from '../observability/policy/alarm-limits.ts';
import type { PopBalancer } from '../pop/infra/balancer.ts';
import type { RegionCell } from './cell.ts';
import type { ControlPlane } from './control-plane.ts';
import type { EncoderFleets } from './encoder-fleets.ts';
import type { LiveOrigins } from './live-origins.ts';

/** What is observed of a region, in path order. */
export interface ObservedStages {
  readonly pop: PopBalancer;
  readonly certificate: IngestCertificate;
  readonly ingest: ProxyFleet;
  readonly live: LiveOrigins | undefined;
  readonly encoders: EncoderFleets;
  readonly control: ControlPlane;
  readonly canary: CanaryTask | undefined;
}

/** Alarms and the dashboard. `topic`: what alarms publish to. */
export function observe(cell: RegionCell, stages: ObservedStages, topic: ITopic): RegionDashboard {
  const { stack, deployment, edgeRoles } = cell;
  const subjects = subjectsOf(cell, stages);
  const { alarms } = new RegionAlarms(stack, 'Alarms', {
    deployment: deployment.name,
    topic,
    limits: alarmLimits(deployment),
    subjects,
  });
  return new RegionDashboard(stack, 'Dashboard', {
    deployment: deployment.name,
    subjects,
    alarms,
    // A dashboard shows metrics of its own account.
    ...(!edgeRoles && { distributionId: cell.addresses.distributionId }),
  });
}

function subjectsOf(
  { cluster, relayKeys, tables }: RegionCell,
  { pop, certificate, ingest, live, encoders, control, canary }: ObservedStages,
): RegionSubjects {
  const { api, events, takedowns, recordings, playbackKeys, managedChannels, fleetMetrics, budgetStop } =
    control;
  return {
    loadBalancer: pop.balancer.loadBalancerFullName,
    proxyTargets: pop.rtmpsTargets.targetGroupFullName,
    cluster: cluster.clusterName,
    services: {
      ingest: ingest.service.serviceName,
      cpuEncoder: encoders.cpu.service.serviceName,
      ...(encoders.gpu && { gpuEncoder: encoders.gpu.service.serviceName }),
    },
    api: api.apiId,
    takedowns: takedowns.function.function.functionName,
    ...(managedChannels && { managedChannels: managedChannels.function.function.functionName }),
    ...(live && {
      liveOrigins: {
        loadBalancer: live.fleet.balancer.balancer.loadBalancerFullName,
        targets: live.fleet.balancer.targets.targetGroupFullName,
        service: live.fleet.service.serviceName,
      },
    }),
    ...(canary && { canary: canary.logGroup.logGroupName }),
    functions: [
      ...[api, events, takedowns, recordings, playbackKeys, fleetMetrics, certificate, relayKeys],
      ...(managedChannels ? [managedChannels] : []),
      ...(budgetStop ? [budgetStop] : []),
    ].map((stage) => stage.function.function.functionName),
    deadLetterQueues: [events.deadLetters.queueName],
    tables: controlTableNames.map((end) => tables.table(end).tableName),
  };
}
