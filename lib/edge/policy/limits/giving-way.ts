/** A client reading an object. */
export interface Reading {
  readonly client: string;
  readonly sinceMs: number;
  /** Since when it has taken nothing to speak of; undefined while it reads. */
  readonly stalledSinceMs: number | undefined;
}

/** An object whose memory is held by those who read it. */
export interface HeldObject {
  readonly costBytes: number;
  readonly readings: Iterable<Reading>;
}

/** A client may hold a quarter of the memory for as long as it reads; beyond that, only for as long as a slow viewer needs. */
const sharePart = 4;
const patienceMs = 5_000;

/**
 * Which objects are taken from their readers to make room for `neededBytes`: those whose every reader has stopped reading, or holds
 * more than its share and has been reading for seconds. The client that holds most comes first, of its objects the one that has been
 * read longest. Empty if that would not be enough, so that nobody is cut off in vain.
 */
export function objectsToFree<Held extends HeldObject>(
  held: readonly Held[],
  { neededBytes, limitBytes, nowMs }: { neededBytes: number; limitBytes: number; nowMs: number },
): Held[] {
  const bytesOf = new Map<string, number>();
  for (const object of held) {
    const clients = new Set([...object.readings].map(({ client }) => client));
    for (const client of clients) bytesOf.set(client, (bytesOf.get(client) ?? 0) + object.costBytes);
  }
  const heldBy = ({ client }: Reading): number => bytesOf.get(client) ?? 0;
  const givesWay = (reading: Reading): boolean =>
    reading.stalledSinceMs !== undefined ||
    (heldBy(reading) > limitBytes / sharePart && nowMs - reading.sinceMs >= patienceMs);
  const candidates = held
    .filter(({ readings }) => [...readings].every(givesWay))
    .map((object) => {
      const readings = [...object.readings];
      return {
        object,
        most: Math.max(...readings.map(heldBy)),
        since: Math.min(...readings.map((one) => one.sinceMs)),
      };
    })
    .sort((a, b) => b.most - a.most || a.since - b.since);
  const freed: Held[] = [];
  let bytes = 0;
  for (const { object } of candidates) {
    if (bytes >= neededBytes) break;
    freed.push(object);
    bytes += object.costBytes;
  }
  return bytes >= neededBytes ? freed : [];
}
