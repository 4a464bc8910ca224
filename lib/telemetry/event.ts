import type { CarriedMetrics, MetricName } from './metrics.ts';

/** pino's levels that we use. `error`: a person must act; `warn`: something was lost or refused; `info`: the story. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One kind of log event: how loud, what it says, the metrics that it carries, and (as a type only) its fields. */
export interface EventKind<Fields extends object> {
  readonly level: Level;
  readonly message: string;
  /** A constant, or the name of the field with the value. */
  readonly metrics?: Readonly<Partial<Record<MetricName, number | string>>>;
  /** Never present at run time: it only carries the type. */
  readonly fields?: Fields;
}

/**
 * Declares an event: `event<{ port: number }>('info', 'Listening.')`. Metrics that it carries come last:
 * `event<{ lateMs: number }>('warn', 'Late.', { SegmentsLate: 1 })`, `event<{ tookMs: number }>(…, { PublishAcceptMs: 'tookMs' })`.
 */
export function event<Fields extends object = Record<never, never>>(
  level: Level,
  message: string,
  metrics?: CarriedMetrics<Fields>,
): EventKind<Fields> {
  return metrics === undefined ? { level, message } : { level, message, metrics };
}

type FieldsOf<Kind> = Kind extends EventKind<infer Fields> ? Fields : never;

/** Writes one event of a table, for example `emit('edge.fill.failed', { key, cause })`. */
export type Emit<Table> = <Name extends keyof Table & string>(
  name: Name,
  fields: FieldsOf<Table[Name]>,
) => void;
