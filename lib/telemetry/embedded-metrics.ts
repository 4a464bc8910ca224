import type { EventKind } from './event.ts';
import { dimensionFields, type Metric, type MetricName, type MetricUnit, metrics } from './metrics.ts';

/** The members that turn a log line into CloudWatch's embedded metric format. */
export interface EmbeddedMetrics {
  readonly _aws: {
    /** Unix ms. */
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly MetricDirective[];
  };
  /** Values of metrics and dimensions, by name. */
  readonly [name: string]: unknown;
}

interface MetricDirective {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: MetricUnit }[];
}

/**
 * The members that let CloudWatch extract an event's metrics from its log line; undefined if it carries none. Values that
 * aren't finite numbers are left out, and so are metrics whose dimensions are missing from the fields: CloudWatch would
 * drop the whole line.
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
    const dimensionValues = dimensions.map((dimension) => fields[dimensionFields[dimension]]);
    if (!dimensionValues.every((each) => typeof each === 'string' && each !== '')) continue;
    values[name] = value;
    dimensions.forEach((dimension, at) => {
      values[dimension] = dimensionValues[at];
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
