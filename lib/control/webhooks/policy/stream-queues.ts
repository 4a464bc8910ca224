export interface QueueLimits {
  readonly items: number;
  readonly bytes: number;
}

interface Queued {
  readonly streamId: string;
  readonly bytes: number;
}

interface Queue<Item> {
  readonly items: Item[];
  /** Its first item is under way. */
  isTaken: boolean;
  /** Not to be taken before, on the caller's clock. */
  dueMs: number;
}

/** What waits to be delivered: in order for each stream, one of a stream at a time, bounded over all of them. */
export class StreamQueues<Item extends Queued> {
  readonly #limits: QueueLimits;
  readonly #queues = new Map<string, Queue<Item>>();
  #items = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Those under way count too. */
  get size(): number {
    return this.#items;
  }

  /** False where there is no room. */
  add(item: Item): boolean {
    if (this.#items >= this.#limits.items || this.#bytes + item.bytes > this.#limits.bytes) return false;
    const queue = this.#queues.get(item.streamId);
    if (queue) queue.items.push(item);
    else this.#queues.set(item.streamId, { items: [item], isTaken: false, dueMs: Number.NEGATIVE_INFINITY });
    this.#items++;
    this.#bytes += item.bytes;
    return true;
  }

  /** The next one that is due, of a stream of which none is under way. `done` or `again` follows. */
  take(nowMs: number): Item | undefined {
    for (const queue of this.#queues.values()) {
      if (queue.isTaken || queue.dueMs > nowMs) continue;
      queue.isTaken = true;
      return queue.items[0];
    }
    return undefined;
  }

  /** When the next one is due; undefined where none waits. */
  get nextDueMs(): number | undefined {
    const waiting = [...this.#queues.values()].filter(({ isTaken }) => !isTaken);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueMs }) => dueMs));
  }

  /** What was taken is gone, one way or another. */
  done({ streamId }: Item): void {
    const queue = this.#queues.get(streamId);
    const item = queue?.items.shift();
    if (!queue || !item) return;
    this.#items--;
    this.#bytes -= item.bytes;
    queue.isTaken = false;
    queue.dueMs = Number.NEGATIVE_INFINITY;
    // Another stream's turn comes first.
    this.#queues.delete(streamId);
    if (queue.items.length > 0) this.#queues.set(streamId, queue);
  }

  /** What was taken stays the first of its stream, until `dueMs`. */
  again({ streamId }: Item, dueMs: number): void {
    const queue = this.#queues.get(streamId);
    if (!queue) return;
    queue.isTaken = false;
    queue.dueMs = dueMs;
  }

  /** Empties it. */
  clear(): Item[] {
    const items = [...this.#queues.values()].flatMap((queue) => queue.items);
    this.#queues.clear();
    this.#items = 0;
    this.#bytes = 0;
    return items;
  }
}
