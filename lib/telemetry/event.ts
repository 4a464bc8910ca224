/** pino's levels that we use. `error`: a person must act; `warn`: something was lost or refused; `info`: the story. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One kind of log event: how loud, what it says, and (as a type only) the fields that it carries. */
export interface EventKind<Fields extends object> {
  readonly level: Level;
  readonly message: string;
  /** Never present at run time: it only carries the type. */
  readonly fields?: Fields;
}

/** Declares an event: `event<{ port: number }>('info', 'Listening.')`. */
export function event<Fields extends object = Record<never, never>>(
  level: Level,
  message: string,
): EventKind<Fields> {
  return { level, message };
}

type FieldsOf<Kind> = Kind extends EventKind<infer Fields> ? Fields : never;

/** Writes one event of a table, for example `emit('edge.fill.failed', { key, cause })`. */
export type Emit<Table> = <Name extends keyof Table & string>(
  name: Name,
  fields: FieldsOf<Table[Name]>,
) => void;
