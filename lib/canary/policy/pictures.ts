/** A picture as a player shows it; without a number it's none of the encoder's, such as a slate. */
export interface ShownPicture {
  readonly atMs: number;
  readonly number?: number;
}

export interface PicturesFound {
  /** Numbers sent and never shown. */
  readonly lost: readonly number[];
  /** Pictures that stood longer than in the source, and by how much. */
  readonly standing: readonly { readonly atMs: number; readonly number: number; readonly byMs: number }[];
  /** Where an earlier picture followed a later one. */
  readonly backwards: readonly { readonly atMs: number; readonly from: number; readonly to: number }[];
  /** Frames without a number. */
  readonly unnumbered: number;
}

/** Timestamps of publishers are whole milliseconds. */
const roundingMs = 2;

/**
 * Compares what is shown with what was sent. `sourceMs`: when the source shows each number; `sent`: the numbers that were
 * sent. Repeats of a picture, and a slate, count as that picture standing.
 */
export function followPictures(
  shown: readonly ShownPicture[],
  sourceMs: readonly number[],
  sent: Iterable<number>,
): PicturesFound {
  const changes = firstShown(shown);
  const seen = new Set(changes.map(({ number }) => number));
  const standing: { atMs: number; number: number; byMs: number }[] = [];
  const backwards: { atMs: number; from: number; to: number }[] = [];
  for (const [index, next] of changes.entries()) {
    const before = changes[index - 1];
    if (before === undefined) continue;
    if (next.number < before.number) {
      backwards.push({ atMs: next.atMs, from: before.number, to: next.number });
      continue;
    }
    const sourceStoodMs = (sourceMs[next.number] ?? 0) - (sourceMs[before.number] ?? 0);
    standing.push({ ...before, byMs: next.atMs - before.atMs - sourceStoodMs });
  }
  return {
    lost: [...sent].filter((number) => !seen.has(number)),
    standing: standing.filter(({ byMs }) => byMs > roundingMs),
    backwards,
    unnumbered: shown.filter(({ number }) => number === undefined).length,
  };
}

/** Each picture of the encoder once, when it begins to be shown. */
export function firstShown(shown: readonly ShownPicture[]): { atMs: number; number: number }[] {
  const changes: { atMs: number; number: number }[] = [];
  for (const { atMs, number } of shown)
    if (number !== undefined && number !== changes.at(-1)?.number) changes.push({ atMs, number });
  return changes;
}
