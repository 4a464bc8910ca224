import { type Alarm, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { metricsNamespace } from '../../telemetry/metrics.ts';
import type { AlarmRow } from '../policy/alarm-definition.ts';
import { edgeAlarms, hitRateFromRequests } from '../policy/alarms/edge.ts';
import { periodOf, rowAlarm } from './alarm.ts';
import { alarmMetric, type Subjects } from './metric.ts';
import type { EdgeSubjects } from './subjects.ts';

export interface EdgeAlarmsProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly topic: ITopic;
  readonly subjects: EdgeSubjects;
}

/**
 * The alarms of the edge. In us-east-1, where CloudFront writes its metrics. Hit rate and origin latency need the
 * distribution's additional metrics.
 */
export class EdgeAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { deployment, topic, subjects }: EdgeAlarmsProps) {
    super(scope, id);
    const distribution = { DistributionId: subjects.distributionId, Region: 'Global' };
    const sources = {
      namespace: metricsNamespace(deployment),
      pools: [],
      subjects: dimensionsOf(subjects, distribution),
    };
    this.alarms = Object.entries<AlarmRow>(edgeAlarms).map(([key, row]) => {
      const period = periodOf(row);
      const read = alarmMetric(row.reads, period, sources);
      const requests = new Metric({
        namespace: 'AWS/CloudFront',
        metricName: 'Requests',
        statistic: 'Sum',
        period,
        dimensionsMap: distribution,
      });
      const metric =
        'aws' in row.reads && row.reads.aws === 'EdgeHitRate'
          ? new MathExpression({
              expression: `IF(requests >= ${hitRateFromRequests}, hits, 100)`,
              usingMetrics: { requests, hits: read },
              period,
            })
          : read;
      return rowAlarm(this, key, row, { deployment, topic, metric, threshold: Number(row.bad[1]) });
    });
  }
}

function dimensionsOf(subjects: EdgeSubjects, distribution: Readonly<Record<string, string>>): Subjects {
  return (of) => {
    if (of === 'distribution') return [distribution];
    if (of === 'liveOriginFunction') return [{ FunctionName: subjects.liveOriginFunction }];
    if (of === 'edgeFunctions') return subjects.edgeFunctions.map((FunctionName) => ({ FunctionName }));
    return [];
  };
}
