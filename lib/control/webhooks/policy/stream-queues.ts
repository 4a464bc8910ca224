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
  /** Its first item is being delivered. */
  isTaken: boolean;
  /** Earliest time for the first item, on the caller's clock. */
  dueMs: number;
}

/** Items awaiting delivery: in order per stream, one at a time per stream, bounded in total. */
export class StreamQueues<Item extends Queued> {
  readonly #limits: QueueLimits;
  readonly #queues = new Map<string, Queue<Item>>();
  #items = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Includes items being delivered. */
  get size(): number {
    return this.#items;
  }

  /** False if the queue is full. */
  add(item: Item): boolean {
    if (this.#items >= this.#limits.items || this.#bytes + item.bytes > this.#limits.bytes) return false;
    const queue = this.#queues.get(item.streamId);
    if (queue) queue.items.push(item);
    else this.#queues.set(item.streamId, { items: [item], isTaken: false, dueMs: Number.NEGATIVE_INFINITY });
    this.#items++;
    this.#bytes += item.bytes;
    return true;
  }

  /** The next due item of a stream that has none being delivered. Call `done` or `again` afterwards. */
  take(nowMs: number): Item | undefined {
    for (const queue of this.#queues.values()) {
      if (queue.isTaken || queue.dueMs > nowMs) continue;
      queue.isTaken = true;
      return queue.items[0];
    }
    return undefined;
  }

  /** When the next item is due; undefined if none is waiting. */
  get nextDueMs(): number | undefined {
    const waiting = [...this.#queues.values()].filter(({ isTaken }) => !isTaken);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueMs }) => dueMs));
  }

  /** Removes the taken item, whether it was delivered or given up. */
  done({ streamId }: Item): void {
    const queue = this.#queues.get(streamId);
    const item = queue?.items.shift();
    if (!queue || !item) return;
    this.#items--;
    this.#bytes -= item.bytes;
    queue.isTaken = false;
    queue.dueMs = Number.NEGATIVE_INFINITY;
    // Move this stream to the end, so that others get their turn.
    this.#queues.delete(streamId);
    if (queue.items.length > 0) this.#queues.set(streamId, queue);
  }

  /** Keeps the taken item at the head of its stream's queue; it is due again at `dueMs`. */
  again({ streamId }: Item, dueMs: number): void {
    const queue = this.#queues.get(streamId);
    if (!queue) return;
    queue.isTaken = false;
    queue.dueMs = dueMs;
  }

  /** Empties the queues and returns all items. */
  clear(): Item[] {
    const items = [...this.#queues.values()].flatMap((queue) => queue.items);
    this.#queues.clear();
    this.#items = 0;
    this.#bytes = 0;
    return items;
  }
}
