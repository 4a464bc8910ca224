import { describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { RegionAlarms } from '../../../lib/observability/infra/alarms.ts';
import { RegionDashboard } from '../../../lib/observability/infra/dashboard.ts';
import type { RegionSubjects } from '../../../lib/observability/infra/subjects.ts';
import type { AlarmRow } from '../../../lib/observability/policy/alarm-definition.ts';
import { regionAlarms } from '../../../lib/observability/policy/alarm-table.ts';
import { metrics } from '../../../lib/telemetry/metrics.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const gpuEncoder = 'gpu-service';
const subjects = (fields: Partial<RegionSubjects> = {}): RegionSubjects => ({
  loadBalancer: 'net/pop/1234',
  proxyTargets: 'targetgroup/rtmps/5678',
  cluster: 'cell',
  services: { ingest: 'proxies', cpuEncoder: 'cpu-service' },
  api: 'api-1',
  takedowns: 'takedowns',
  functions: ['control-api', 'fleet-metrics'],
  deadLetterQueues: ['dead'],
  tables: ['live-streams', 'live-leases'],
  ...fields,
});
const limits = { workerStreams: 2, proxySessions: 200, maxCpuWorkers: 50, heldMs: 1500 };

function observed({
  gpu = false,
  managedChannels = '',
  canary = '',
  live = false,
  distributionId = '',
} = {}): Template {
  return templateOf((stack) => {
    const services = { ...subjects().services, ...(gpu && { gpuEncoder }) };
    const fields = {
      services,
      ...(managedChannels && { managedChannels }),
      ...(canary && { canary }),
      ...(live && {
        liveOrigins: { loadBalancer: 'net/live/12', targets: 'targetgroup/live/34', service: 'live-origins' },
      }),
    };
    const props = { deployment: 'live', subjects: subjects(fields) };
    const { alarms } = new RegionAlarms(stack, 'Alarms', {
      ...props,
      topic: new Topic(stack, 'Topic'),
      limits: { ...limits, ...(gpu && { maxGpuWorkers: 10, workerStreams: 8 }) },
    });
    new RegionDashboard(stack, 'Dashboard', {
      ...props,
      alarms,
      ...(distributionId && { distributionId }),
    });
  });
}

const plain = observed();
const withGpu = observed({ gpu: true, distributionId: 'E123' });
const whole = observed({
  gpu: true,
  distributionId: 'E123',
  managedChannels: 'managed-channels',
  canary: 'canary-log',
  live: true,
});
const managed = observed({ managedChannels: 'managed-channels' });

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: unknown[];
  readonly OKActions: unknown[];
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly EvaluationPeriods: number;
  readonly Period?: number;
  readonly Metrics?: { readonly MetricStat?: { readonly Period: number } }[];
}

const alarmsOf = (template: Template): AlarmProperties[] =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

describe('the alarms of a region', () => {
  test('are the table’s, without those of a GPU pool, managed channels, live origins or a canary that are not there', () => {
    const names = (template: Template) => alarmsOf(template).map(({ AlarmName }) => AlarmName);
    const rows = Object.values<AlarmRow>(regionAlarms);
    const titles = (these: readonly AlarmRow[]) => these.map(({ title }) => `live: ${title}`);
    const ofGpus = titles([regionAlarms.GpuWorkersAtMaximum]);
    const ofChannels = titles(rows.filter(({ onlyWith }) => onlyWith === 'managedChannels'));
    expect(ofChannels).toHaveLength(4);
    const ofCanary = titles([regionAlarms.CanaryFailing]);
    const ofLive = titles(rows.filter(({ onlyWith }) => onlyWith === 'liveOrigins'));
    expect(ofLive).toHaveLength(3);
    const optional = [...ofGpus, ...ofChannels, ...ofCanary, ...ofLive];
    const without = titles(rows).filter((each) => !optional.includes(each));
    expect(names(plain).toSorted()).toEqual(without.toSorted());
    expect(names(withGpu).toSorted()).toEqual([...without, ...ofGpus].toSorted());
    expect(names(managed).toSorted()).toEqual([...without, ...ofChannels].toSorted());
    expect(names(whole).toSorted()).toEqual([...without, ...optional].toSorted());
  });

  test('on takedowns read the one function’s errors, and what it says of itself', () => {
    plain.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'live: Takedown function failing',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'takedowns' }],
      DatapointsToAlarm: 3,
      EvaluationPeriods: 5,
    });
    plain.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'live: Takedown stuck',
      Namespace: 'Headwater/live',
      MetricName: 'TakedownsStuck',
      Threshold: 1,
    });
  });

  test('all tell the topic when they begin and when they are over, and where to read on', () => {
    for (const alarm of alarmsOf(plain)) {
      expect(alarm.AlarmActions).toHaveLength(1);
      expect(alarm.OKActions).toEqual(alarm.AlarmActions);
      expect(alarm.AlarmDescription).toContain(
        `docs/runbook.md, "${alarm.AlarmName.slice('live: '.length)}"`,
      );
      expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  test('of the deployment’s namespace read metrics that the programs emit', () => {
    const own = alarmsOf(plain).filter(({ Namespace }) => Namespace === 'Headwater/live');
    expect(own.length).toBeGreaterThan(10);
    for (const { MetricName } of own) expect(Object.keys(metrics)).toContain(MetricName);
  });

  test('take it for bad that nobody counts proxies or measures fleets, and for good that nothing went wrong', () => {
    const template = plain;
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HealthyHostCount',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Dimensions: Match.arrayWith([
        { Name: 'LoadBalancer', Value: 'net/pop/1234' },
        { Name: 'TargetGroup', Value: 'targetgroup/rtmps/5678' },
      ]),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'FleetHeadroomStreams',
      Dimensions: [
        { Name: 'Pool', Value: 'cpu' },
        { Name: 'Role', Value: 'encoder' },
      ],
      Threshold: limits.workerStreams,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'SegmentsLate',
      Statistic: 'Sum',
      DatapointsToAlarm: 3,
      EvaluationPeriods: 5,
      TreatMissingData: 'notBreaching',
    });
  });

  test('on the time to the first segment read its 95th percentile', () => {
    plain.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'TimeToFirstSegmentMs',
      ExtendedStatistic: 'p95',
      Threshold: 8000,
    });
  });

  test('on the headroom of workers take both pools together', () => {
    withGpu.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'live: Workers nearly full',
      Threshold: 8,
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'SUM([m0, m1])' }),
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ Dimensions: Match.arrayWith([{ Name: 'Pool', Value: 'gpu' }]) }),
          }),
        }),
      ]),
    });
  });

  test('look back less than a day, which is CloudWatch’s limit', () => {
    for (const { Period, Metrics = [], EvaluationPeriods } of alarmsOf(withGpu)) {
      const seconds = Period ?? Metrics.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period;
      expect(EvaluationPeriods * (seconds ?? Number.NaN)).toBeLessThanOrEqual(86_400);
    }
  });
});

describe('the dashboard of a region', () => {
  interface Widget {
    readonly type: string;
    readonly region?: string;
    readonly properties: {
      readonly markdown?: string;
      readonly region?: string;
      readonly metrics?: unknown[][];
    };
  }
  /** References become names, so that the body is the JSON that CloudWatch gets. */
  function widgetsOf(template: Template): Widget[] {
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = dashboard?.Properties.DashboardBody;
    const text =
      typeof body === 'string'
        ? body
        : body['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'name')).join('');
    return JSON.parse(text).widgets;
  }

  test('reads along the path', () => {
    const widgets = widgetsOf(withGpu);
    const sections = widgets.flatMap(({ properties }) => properties.markdown?.match(/^## \w+/) ?? []);
    expect(sections).toEqual([
      '## Pop',
      '## Ingest',
      '## Capacity',
      '## Encoder',
      '## Capacity',
      '## Origin',
      '## Edge',
      '## Control',
      '## Extras',
      '## Machines',
    ]);
    expect(widgets[0]?.type).toBe('alarm');
  });

  test('shows every metric of the table that is not only for scaling', () => {
    const shown = new Set(
      widgetsOf(whole).flatMap(({ properties }) => (properties.metrics ?? []).map(([, name]) => name)),
    );
    const forScaling = ['EncoderBroadcasts', 'EncoderUtilization'];
    expect(Object.keys(metrics).filter((name) => !shown.has(name))).toEqual(forScaling);
  });

  test('stays within CloudWatch’s limit of 500 metrics', () => {
    const widgets = widgetsOf(whole);
    const count = widgets.reduce((sum, { properties }) => sum + (properties.metrics?.length ?? 0), 0);
    expect(count).toBeGreaterThan(40);
    expect(count).toBeLessThanOrEqual(500);
  });

  test('reads the edge from us-east-1, and only where it is told of it', () => {
    const edge = (template: Template): Widget[] =>
      widgetsOf(template).filter(({ properties }) =>
        JSON.stringify(properties.metrics ?? []).includes('CloudFront'),
      );
    expect(edge(plain)).toEqual([]);
    const shown = edge(withGpu);
    expect(shown).toHaveLength(4);
    for (const { properties } of shown) {
      expect(JSON.stringify(properties)).toContain('us-east-1');
    }
  });

  test('can be opened by its address', () => {
    templateOf((stack) => {
      const { url } = new RegionDashboard(stack, 'Dashboard', {
        deployment: 'live',
        subjects: subjects(),
        alarms: [],
      });
      expect(url).toBe(
        'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards/dashboard/live-eu-central-1',
      );
    });
  });
});
