import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import type { EncoderPool } from '../../control-store/records.ts';
import { type MetricName, metrics, metricsNamespace } from '../../telemetry/metrics.ts';

export interface LoadScaling {
  /** The deployment's name. */
  readonly name: string;
  readonly pool: EncoderPool;
  readonly minTasks: number;
  readonly maxTasks: number;
  /** Share of the fleet to keep free, in percent. */
  readonly headroomPercent: number;
}

/**
 * Scales a fleet of workers on the share of its stream slots in use, so that there is room for new ones at once; and on CPU,
 * in case streams cost more than the deployment file assumes. Scales out within minutes; scales in slowly, and only tasks
 * without broadcasts: the others are protected.
 */
export function scaleOnLoad(service: BaseService, options: LoadScaling): void {
  const { name, pool, minTasks, maxTasks, headroomPercent } = options;
  const scaling = service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });
  const cooldown = { scaleOutCooldown: Duration.minutes(1), scaleInCooldown: Duration.minutes(15) };
  const metricName = 'EncoderUtilization' satisfies MetricName;
  scaling.scaleToTrackCustomMetric('Load', {
    metric: new Metric({
      namespace: metricsNamespace(name),
      metricName,
      dimensionsMap: { Pool: pool },
      statistic: metrics[metricName].statistic,
      period: Duration.minutes(1),
    }),
    targetValue: 100 - headroomPercent,
    ...cooldown,
  });
  scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 70, ...cooldown });
}
