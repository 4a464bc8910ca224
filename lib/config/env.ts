import { z } from 'zod';

/** Invalid environment variables of a program, all reported at once; `faults` has a line for each. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code = 'BAD_ENVIRONMENT';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `Invalid environment (${faults.length === 1 ? '1 error' : `${faults.length} errors`}): ${faults.join('; ')}`,
    );
    this.faults = faults;
  }
}

/**
 * A program's configuration as environment variables: `encode` by whatever starts the program (a construct, the local
 * supervisor), `decode` once at startup. One schema serves both, so they cannot drift apart. Field names follow the
 * variables: `relayPort` is `HEADWATER_RELAY_PORT`.
 */
export interface EnvCodec<Config, Encodable = Config> {
  encode(config: Encodable): Record<string, string>;
  /** Throws `EnvironmentError` with all errors. */
  decode(env: Readonly<Record<string, string | undefined>>): Config;
}

type ConfigOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** Fields with a default may be left out when starting a program. */
type Defaulted<Shape extends z.ZodRawShape> = {
  [Field in keyof Shape]: Shape[Field] extends z.ZodDefault | z.ZodOptional ? Field : never;
}[keyof Shape];

type EncodableOf<Shape extends z.ZodRawShape> = Omit<ConfigOf<Shape>, Defaulted<Shape> & string> &
  Partial<Pick<ConfigOf<Shape>, Defaulted<Shape> & keyof ConfigOf<Shape>>>;

/**
 * `shape` maps each config field to a schema whose input is a string, for example `z.coerce.number().int()`. `foreign`
 * names variables that something else sets, for example ECS.
 */
export function envCodec<Shape extends z.ZodRawShape>(
  shape: Shape,
  foreign: { readonly [Field in keyof Shape]?: string } = {},
): EnvCodec<ConfigOf<Shape>, EncodableOf<Shape>> {
  const schema = z.object(shape);
  const names = new Map(Object.keys(shape).map((field) => [field, foreign[field] ?? variableName(field)]));
  return {
    encode(config) {
      const env: Record<string, string> = {};
      for (const [field, value] of Object.entries(config)) {
        if (value !== undefined) env[names.get(field) ?? variableName(field)] = String(value);
      }
      return env;
    },
    decode(env) {
      const raw: Record<string, string | undefined> = {};
      for (const [field, name] of names) raw[field] = env[name];
      const result = schema.safeParse(raw);
      if (result.success) return result.data;
      throw new EnvironmentError(
        result.error.issues.map(({ path: [field], message }) => `${names.get(String(field))}: ${message}`),
      );
    },
  };
}

/** `relayPort` → `HEADWATER_RELAY_PORT`. */
function variableName(field: string): string {
  return `HEADWATER_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
