/** The static and dynamic imports of each source file; paths are relative to the repository root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** A process and its entry files. */
export interface WatchedProcess {
  readonly name: string;
  readonly entries: readonly string[];
}

/** Every file that `entries` load, directly or indirectly, including the entries themselves. */
export function sourcesOf(entries: readonly string[], graph: ImportGraph): ReadonlySet<string> {
  const found = new Set(entries);
  // Iterating a set also visits elements added during the loop.
  for (const path of found) {
    for (const next of graph.get(path) ?? []) found.add(next);
  }
  return found;
}

/** Names of the processes that run one of the changed files, in the order of `processes`. */
export function concernedBy(
  changed: readonly string[],
  graph: ImportGraph,
  processes: readonly WatchedProcess[],
): string[] {
  return processes
    .filter(({ entries }) => {
      const sources = sourcesOf(entries, graph);
      return changed.some((path) => sources.has(path));
    })
    .map(({ name }) => name);
}
