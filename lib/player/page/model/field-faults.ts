import type { RequestFault } from '../api/types.ts';

/** Error texts by field name. */
export type FieldFaults = Readonly<Record<string, string>>;

/** Some fields of a form are invalid. */
export class FieldFaultsError extends Error {
  override readonly name = 'FieldFaultsError';
  readonly code = 'FIELD_FAULTS';
  readonly fields: FieldFaults;

  constructor(fields: FieldFaults) {
    super(Object.values(fields).join(' '));
    this.fields = fields;
  }
}

/**
 * Assigns the API's errors to form fields (`#/name` is the field `name`), the first error of each. Undefined if there are
 * none or if one belongs to no field of the form; then show the error as a whole.
 */
export function fieldFaultsOf(
  faults: readonly RequestFault[],
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

/** An error for the empty ones among `values`, with the text for each; undefined if none is empty. */
export function emptyFieldFaults<Name extends string>(
  values: Readonly<Record<Name, string>>,
  words: Readonly<Record<Name, string>>,
): FieldFaultsError | undefined {
  const empty = Object.fromEntries(Object.entries(words).filter(([name]) => values[name as Name] === ''));
  return Object.keys(empty).length === 0 ? undefined : new FieldFaultsError(empty as FieldFaults);
}
