import pino from 'pino';
import { type EmitEvent, events } from '../../telemetry/events.ts';

/** Logs events as one JSON object a line on `destination` (stdout unless told): `{level, time, event, role, name, …fields, msg}`. */
export function createLog(
  role: string,
  name: string,
  destination: pino.DestinationStream = pino.destination({ fd: 1, sync: true }),
): EmitEvent {
  const logger = pino(
    {
      base: { role, name },
      level: 'info',
      formatters: { level: (label) => ({ level: label }) },
      serializers: { cause: describeCause },
    },
    destination,
  );
  return (event, fields) => {
    const { level, message } = events[event];
    logger[level]({ event, ...(fields as object) }, message);
  };
}

/** An error as the log shows it: its name, code and message, and those of what caused it. */
function describeCause(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const { name, message } = cause;
  const code = 'code' in cause ? cause.code : undefined;
  return { name, code, message, cause: cause.cause === undefined ? undefined : describeCause(cause.cause) };
}
