/** What each source file imports, statically and dynamically; paths from the repository's root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** A process and the files that its code starts from. */
export interface WatchedProcess {
  readonly name: string;
  readonly entries: readonly string[];
}

/** Every file that `entries` load, directly or through others, themselves included. */
export function sourcesOf(entries: readonly string[], graph: ImportGraph): ReadonlySet<string> {
  const found = new Set(entries);
  // A set hands out what is added to it during the loop, too.
  for (const path of found) {
    for (const next of graph.get(path) ?? []) found.add(next);
  }
  return found;
}

/** The names of the processes that run one of the changed files, in the order of `processes`. */
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
