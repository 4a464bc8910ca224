import pino from 'pino';
import { describeCause } from '../../telemetry/described-cause.ts';
import { embedMetrics } from '../../telemetry/embedded-metrics.ts';
import { type EmitEvent, events } from '../../telemetry/events.ts';

export interface LogOptions {
  /** The stage's name, for example `ingest`. */
  readonly role: string;
  /** The process or function, for example `ingest-1`. */
  readonly name: string;
  /** The CloudWatch namespace for metrics embedded in log lines; without it, no metrics are embedded. */
  readonly metricsNamespace?: string | undefined;
  /** @default stdout, each line written before the call returns */
  readonly destination?: pino.DestinationStream;
}

/**
 * Logs events as one JSON object per line: `{level, time, event, role, name, …fields, msg}`. With a namespace, events with
 * metrics include them in the same line in CloudWatch's embedded metric format.
 */
export function createLog({ role, name, metricsNamespace, destination }: LogOptions): EmitEvent {
  const logger = pino(
    {
      base: { role, name },
      level: 'info',
      formatters: { level: (label) => ({ level: label }) },
      serializers: { cause: describeCause },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
  return (event, fields) => {
    const kind = events[event];
    const embedded =
      metricsNamespace === undefined
        ? undefined
        : embedMetrics(kind, fields as Record<string, unknown>, metricsNamespace, Date.now());
    logger[kind.level]({ event, ...(fields as object), ...embedded }, kind.message);
  };
}
