import type { ApiDocument, Schema } from './document.ts';

/** A field of a body, as the reference shows it. */
export interface Field {
  readonly name: string;
  /** Its type in words, such as `list of Broadcast`. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** What values it may have, in words. */
  readonly limits: readonly string[];
  /** The values that it may have, if they are few. */
  readonly values: readonly string[];
  /** As JSON, if it is short: those of objects are shown with the whole body. */
  readonly example: string | undefined;
  /** The fields of the object, or of each of the list. */
  readonly fields: readonly Field[];
}

type Schemas = ApiDocument['components']['schemas'];

/** A schema with all that is said of it in other places; `name` if it has one. */
interface Whole extends Schema {
  readonly name?: string;
}

/** What is said where a schema is used comes before what the schema says of itself. */
function whole(schema: Schema, schemas: Schemas): Whole {
  const { $ref, allOf = [], ...own } = schema;
  const name = $ref?.split('/').at(-1);
  const target = name === undefined ? {} : whole(schemas[name] ?? {}, schemas);
  const parts = allOf.map((part) => whole(part, schemas));
  return Object.assign({}, target, name === undefined ? {} : { name }, ...parts, own);
}

/** The fields of an object, or of each object of a list; none for anything else. */
export function fieldsOf(schema: Schema, schemas: Schemas): readonly Field[] {
  const { properties, required = [], items } = whole(schema, schemas);
  if (items) return fieldsOf(items, schemas);
  return Object.entries(properties ?? {}).map(([name, property]) =>
    fieldOf({ name, schema: property, required: required.includes(name) }, schemas),
  );
}

/** One value with a name: a field, a parameter or a header. */
export function fieldOf(
  { name, schema, required }: { readonly name: string; readonly schema: Schema; readonly required: boolean },
  schemas: Schemas,
): Field {
  const full = whole(schema, schemas);
  const fields = fieldsOf(schema, schemas);
  return {
    name,
    type: typeWords(full, schemas),
    required,
    description: full.description ?? '',
    limits: limitsOf(full),
    values: (full.enum ?? full.items?.enum ?? []).map(String),
    example: fields.length > 0 || full.example === undefined ? undefined : JSON.stringify(full.example),
    fields,
  };
}

function typeWords(schema: Whole, schemas: Schemas): string {
  const { name, type, format, anyOf, items, properties } = schema;
  if (anyOf) return anyOf.map((one) => typeWords(whole(one, schemas), schemas)).join(' or ');
  if (items) return `list of ${typeWords(whole(items, schemas), schemas)}`;
  if (properties && name !== undefined) return name;
  if (format === 'date-time') return 'time';
  if (format === 'uri') return 'URL';
  return type ?? 'any value';
}

const count = (value: number): string => value.toLocaleString('en-US');

function limitsOf({ minimum, maximum, minLength, maxLength, maxItems, ...schema }: Schema): string[] {
  const limits: string[] = [];
  if (minimum !== undefined && maximum !== undefined) limits.push(`${count(minimum)} to ${count(maximum)}`);
  else if (minimum !== undefined) limits.push(`at least ${count(minimum)}`);
  else if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
    limits.push(`at most ${count(maximum)}`);
  if (maxLength !== undefined) limits.push(`${minLength ?? 0} to ${count(maxLength)} characters`);
  if (maxItems !== undefined) limits.push(`at most ${count(maxItems)}`);
  if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`);
  return limits;
}
