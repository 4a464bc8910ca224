import type { CarriedMetrics, MetricName } from './metrics.ts';

/** The pino levels in use. `error`: someone must act; `warn`: something was lost or rejected; `info`: normal course of events. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One kind of log event: level, message, the metrics it carries and (as a type only) its fields. */
export interface EventKind<Fields extends object> {
  readonly level: Level;
  readonly message: string;
  /** A constant, or the name of the field that holds the value. */
  readonly metrics?: Readonly<Partial<Record<MetricName, number | string>>>;
  /** Never set at run time; it only carries the type. */
  readonly fields?: Fields;
}

/**
 * Declares an event: `event<{ port: number }>('info', 'Listening.')`. Its metrics come last:
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

/** Emits one event of a table, for example `emit('edge.fill.failed', { key, cause })`. */
export type Emit<Table> = <Name extends keyof Table & string>(
  name: Name,
  fields: FieldsOf<Table[Name]>,
) => void;
