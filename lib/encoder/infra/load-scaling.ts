import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import { fleetScaling, targetUtilizationPercent } from '../../config/fleet-scaling.ts';
import type { EncoderPool } from '../../control-store/records.ts';
import { type ScheduledCapacity, scheduledTaskCount } from '../../infra/scheduled-capacity.ts';
import { type MetricName, metrics, metricsNamespace } from '../../telemetry/metrics.ts';

export interface LoadScaling extends ScheduledCapacity {
  /** The deployment's name. */
  readonly name: string;
  readonly pool: EncoderPool;
}

/**
 * Scales a fleet of workers on the share of its stream slots in use, so that there is room for new ones at once; and on CPU,
 * in case streams cost more than the deployment file assumes. Scales out within minutes; scales in slowly, and only tasks
 * without broadcasts: the others are protected.
 */
export function scaleOnLoad(service: BaseService, options: LoadScaling): void {
  const { name, pool, headroomPercent } = options;
  const scaling = scheduledTaskCount(service, options);
  const cooldown = {
    scaleOutCooldown: Duration.millis(fleetScaling.scaleOutCooldownMs),
    scaleInCooldown: Duration.millis(fleetScaling.scaleInCooldownMs),
  };
  const metricName = 'EncoderUtilization' satisfies MetricName;
  scaling.scaleToTrackCustomMetric('Load', {
    metric: new Metric({
      namespace: metricsNamespace(name),
      metricName,
      dimensionsMap: { Pool: pool },
      statistic: metrics[metricName].statistic,
      period: Duration.millis(fleetScaling.periodMs),
    }),
    targetValue: targetUtilizationPercent(headroomPercent),
    ...cooldown,
  });
  scaling.scaleOnCpuUtilization('Cpu', {
    targetUtilizationPercent: fleetScaling.encoderCpuPercent,
    ...cooldown,
  });
}
