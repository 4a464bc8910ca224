/** What is wrong, by the name of the field. */
export type FieldFaults = Readonly<Record<string, string>>;

/** Fields of a form that cannot be sent as they are. */
export class FieldFaultsError extends Error {
  override readonly name = 'FieldFaultsError';
  readonly code = 'FIELD_FAULTS';
  readonly fields: FieldFaults;

  constructor(fields: FieldFaults) {
    super(Object.values(fields).join(' '));
    this.fields = fields;
  }
}

interface PointedFault {
  readonly detail: string;
  readonly pointer?: string;
}

/**
 * The API's faults beside the fields that they are about (`#/name` is the field `name`), the first of each. Undefined where
 * there is none, or one that belongs to no field of the form: then the fault has to be told as a whole.
 */
export function fieldFaultsOf(
  faults: readonly PointedFault[],
  fields: readonly string[],
): FieldFaults | undefined {
  const found: Record<string, string> = {};
  for (const { detail, pointer } of faults) {
    const field = fields.find((name) => pointer === `#/${name}`);
    if (field === undefined) return undefined;
    found[field] ??= detail;
  }
  return faults.length === 0 ? undefined : found;
}

/** The error for those of `values` that are empty, with its words for each; undefined where none is. */
export function emptyFieldFaults<Name extends string>(
  values: Readonly<Record<Name, string>>,
  words: Readonly<Record<Name, string>>,
): FieldFaultsError | undefined {
  const empty = Object.fromEntries(Object.entries(words).filter(([name]) => values[name as Name] === ''));
  return Object.keys(empty).length === 0 ? undefined : new FieldFaultsError(empty as FieldFaults);
}
