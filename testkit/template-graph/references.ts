/** `${Id}` and `${Id.Attribute}` of Fn::Sub, but not the literal `${!Id}`. */
const substituted = /\$\{(?!!)([^}.]+)(?:\.[^}]+)?\}/g;

/** The names that Ref, Fn::GetAtt and Fn::Sub in `value` point to: logical ids, and also template and pseudo parameters. */
export function namesReadIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesReadIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
    if (key !== 'Fn::Sub') return namesReadIn(inner);
    const [text, variables = {}] = (Array.isArray(inner) ? inner : [inner]) as [string, object?];
    const named = [...text.matchAll(substituted)].map(([, name = '']) => name);
    return [...named.filter((name) => !(name in variables)), ...namesReadIn(variables)];
  });
}

/** The exports that Fn::ImportValue in `value` names; only literal names. */
export function importsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(importsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Fn::ImportValue' && typeof inner === 'string' ? [inner] : importsIn(inner),
  );
}

/** All strings in `value`, also those inside functions such as Fn::Join. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
