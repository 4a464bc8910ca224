/** How long a file read is used: a deploy of the page shows after it. */
const freshMs = 30_000;

/** Small texts of the page, each read again at most every half minute. `nowMs`: monotonic. */
export function pageFiles(
  read: (path: string) => Promise<string | undefined>,
  nowMs: () => number,
): (path: string) => Promise<string | undefined> {
  const kept = new Map<string, { readonly text: string | undefined; readonly atMs: number }>();
  return async (path) => {
    const before = kept.get(path);
    if (before && nowMs() - before.atMs < freshMs) return before.text;
    const text = await read(path);
    kept.set(path, { text, atMs: nowMs() });
    return text;
  };
}
