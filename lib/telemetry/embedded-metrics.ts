import type { EventKind } from './event.ts';
import { dimensionFields, type Metric, type MetricName, type MetricUnit, metrics } from './metrics.ts';

/** The members that make a log line one of CloudWatch's embedded metric format. */
export interface EmbeddedMetrics {
  readonly _aws: {
    /** Unix ms. */
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly MetricDirective[];
  };
  /** Values of metrics and dimensions, by their names. */
  readonly [name: string]: unknown;
}

interface MetricDirective {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: MetricUnit }[];
}

/**
 * What a log line of an event needs for CloudWatch to take its metrics out of it; undefined where it carries none. A value
 * that is no finite number is left out, and so is a metric whose dimension the fields do not say: CloudWatch would drop the whole line.
 */
export function embedMetrics(
  { metrics: carried = {} }: EventKind<object>,
  fields: Readonly<Record<string, unknown>>,
  namespace: string,
  nowMs: number,
): EmbeddedMetrics | undefined {
  const values: Record<string, unknown> = {};
  const directives = new Map<string, MetricDirective & { Metrics: { Name: string; Unit: MetricUnit }[] }>();
  for (const [name, source] of Object.entries(carried) as [MetricName, number | string][]) {
    const { unit, dimensions }: Metric = metrics[name];
    const value = typeof source === 'number' ? source : fields[source];
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const told = dimensions.map((dimension) => fields[dimensionFields[dimension]]);
    if (!told.every((each) => typeof each === 'string' && each !== '')) continue;
    values[name] = value;
    dimensions.forEach((dimension, at) => {
      values[dimension] = told[at];
    });
    const set = dimensions.join();
    const directive = directives.get(set) ?? {
      Namespace: namespace,
      Dimensions: [[...dimensions]],
      Metrics: [],
    };
    directive.Metrics.push({ Name: name, Unit: unit });
    directives.set(set, directive);
  }
  if (directives.size === 0) return undefined;
  return { _aws: { Timestamp: nowMs, CloudWatchMetrics: [...directives.values()] }, ...values };
}
