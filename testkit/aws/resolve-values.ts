/**
 * A value of a template with `Ref`, `Fn::GetAtt` and `Fn::Join` resolved, as CloudFormation would. `refer` gives the value of a
 * reference: `AWS::URLSuffix`, `Logical`, `Logical.Attribute`. @default the reference in angle brackets
 */
export function resolveValues(value: unknown, refer = (name: string) => `<${name}>`): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveValues(each, refer));
  if (typeof value !== 'object' || value === null) return value;
  const [[kind, inner] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0) {
    if (kind === 'Ref') return refer(String(inner));
    if (kind === 'Fn::GetAtt') return refer((inner as string[]).join('.'));
    if (kind === 'Fn::Join') {
      const [separator, parts] = inner as [string, unknown[]];
      return parts.map((part) => resolveValues(part, refer)).join(separator);
    }
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolveValues(each, refer)]));
}
