import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { metricsNamespace } from '../../telemetry/metrics.ts';
import type { AlarmLimits, AlarmRow } from '../policy/alarm-definition.ts';
import { regionAlarms } from '../policy/alarm-table.ts';
import { periodOf, rowAlarm } from './alarm.ts';
import { alarmMetric, type Subjects } from './metric.ts';
import type { RegionSubjects } from './subjects.ts';

export interface RegionAlarmsProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly topic: ITopic;
  readonly limits: AlarmLimits;
  readonly subjects: RegionSubjects;
}

/** The alarms of one region: the rows of `regionAlarms` whose subject exists. */
export class RegionAlarms extends Construct {
  /** In path order. */
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { deployment, topic, limits, subjects }: RegionAlarmsProps) {
    super(scope, id);
    const sources = {
      namespace: metricsNamespace(deployment),
      pools: limits.maxGpuWorkers === undefined ? (['cpu'] as const) : (['cpu', 'gpu'] as const),
      subjects: dimensionsOf(subjects),
    };
    this.alarms = Object.entries<AlarmRow>(regionAlarms).flatMap(([key, row]) => {
      const [, bad] = row.bad;
      const threshold = typeof bad === 'number' ? bad : limits[bad];
      if (threshold === undefined) return [];
      if (row.onlyWith !== undefined && subjects[row.onlyWith] === undefined) return [];
      const metric = alarmMetric(row.reads, periodOf(row), sources);
      return [rowAlarm(this, key, row, { deployment, topic, metric, threshold })];
    });
  }
}

function dimensionsOf(subjects: RegionSubjects): Subjects {
  return (of) => {
    if (of === 'proxies')
      return [{ LoadBalancer: subjects.loadBalancer, TargetGroup: subjects.proxyTargets }];
    if (of === 'liveOrigins' && subjects.liveOrigins)
      return [{ LoadBalancer: subjects.liveOrigins.loadBalancer, TargetGroup: subjects.liveOrigins.targets }];
    if (of === 'api') return [{ ApiId: subjects.api }];
    if (of === 'takedowns') return [{ FunctionName: subjects.takedowns }];
    if (of === 'managedChannels')
      return subjects.managedChannels === undefined ? [] : [{ FunctionName: subjects.managedChannels }];
    if (of === 'functions') return subjects.functions.map((FunctionName) => ({ FunctionName }));
    if (of === 'deadLetters') return subjects.deadLetterQueues.map((QueueName) => ({ QueueName }));
    return [];
  };
}
