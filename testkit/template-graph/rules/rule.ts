import type { GraphResource, TemplateGraph } from '../graph.ts';

/** Looks for faults of one kind in the graph of an app; a line for each. */
export type Rule = (graph: TemplateGraph) => string[];

/** The fault that `later` can be created before, or deleted after, any of `needed`; empty if it can't. */
export function notAfter(
  graph: TemplateGraph,
  later: GraphResource,
  needed: Iterable<GraphResource>,
): string[] {
  const closure = graph.closure(later);
  return [...new Set(needed)]
    .filter((resource) => resource !== later && !closure.has(resource))
    .map((resource) => `${later.id} may start before ${resource.logicalId} (${resource.type}).`);
}
