import { createOnlyProperties } from './create-only.ts';
import { type ResourceDefinition, type StackTemplate, TemplateGraph } from './graph.ts';

/** What CloudFormation does when it changes a stack from one template to another; logical ids. */
export interface StackUpdate {
  readonly created: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  /** Created anew under the same logical id; then the old one is deleted. */
  readonly replaced: ReadonlySet<string>;
  /** Updated in place. */
  readonly changed: ReadonlySet<string>;
}

/** Without `before` the stack is created, without `after` it is destroyed. */
export function stackUpdate(
  before: StackTemplate | undefined,
  after: StackTemplate | undefined,
): StackUpdate {
  const old = before?.template.Resources ?? {};
  const next = after?.template.Resources ?? {};
  const both = Object.keys(next).filter((id) => id in old);
  const replaced = new Set(both.filter((id) => isReplaced(old[id], next[id])));
  if (after) spread(replaced, both, new TemplateGraph([after]), after);
  return {
    created: new Set(Object.keys(next).filter((id) => !(id in old))),
    removed: new Set(Object.keys(old).filter((id) => !(id in next))),
    replaced,
    changed: new Set(
      both.filter((id) => !replaced.has(id) && !same(old[id]?.Properties, next[id]?.Properties)),
    ),
  };
}

/** A resource that is bound to a replaced one is replaced with it. */
function spread(
  replaced: Set<string>,
  ids: readonly string[],
  graph: TemplateGraph,
  { name }: StackTemplate,
): void {
  for (let size = -1; size !== replaced.size; ) {
    size = replaced.size;
    for (const id of ids) {
      const resource = graph.get(name, id);
      const bound = createOnlyProperties(resource.type).flatMap((path) =>
        graph.readIn(resource, at(resource.properties, path)),
      );
      if (bound.some(({ logicalId }) => replaced.has(logicalId))) replaced.add(id);
    }
  }
}

function isReplaced(old: ResourceDefinition | undefined, next: ResourceDefinition | undefined): boolean {
  if (!old || !next) return false;
  if (old.Type !== next.Type) return true;
  return createOnlyProperties(next.Type).some(
    (path) => !same(at(old.Properties, path), at(next.Properties, path)),
  );
}

/** Literal values of the properties that name a resource: two of one type can't share them. */
export function physicalNames({ Type, Properties }: ResourceDefinition): string[] {
  return createOnlyProperties(Type)
    .filter((path) => path.at(-1)?.endsWith('Name'))
    .map((path) => at(Properties, path))
    .filter((name) => typeof name === 'string');
}

export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
