import type { MediaMessage } from './media-source.ts';

/** Bytes that all queues of a process may hold together. Payloads are shared between queues, but counted in each. */
export class PushBudget {
  readonly maxBytes: number;
  usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get exceeded(): boolean {
    return this.usedBytes > this.maxBytes;
  }
}

export interface QueueLimits {
  readonly maxBytes: number;
  /** Span of media, from the oldest to the newest message. */
  readonly maxMs: number;
}

/** What was dropped because the destination couldn't keep up. */
export interface Shed {
  readonly messages: number;
  readonly bytes: number;
}

interface Entry {
  readonly message: MediaMessage;
  /** At a starting point: what a decoder needs there. */
  readonly headers: readonly MediaMessage[];
}

/** Overhead of a message besides its payload: thousands of empty ones aren't free. */
const entryBytes = 200;

/**
 * What one destination has yet to receive. It begins at a key frame, preceded by metadata and sequence headers. A destination
 * that falls behind loses everything up to the newest key frame, or to the next one: never a frame that others depend on.
 */
export class PushQueue {
  readonly #limits: QueueLimits;
  readonly #budget: PushBudget;
  #entries: Entry[] = [];
  #bytes = 0;
  /** Nothing is usable before a starting point. */
  #waits = true;
  /** There has been a starting point: messages not queued from then on are lost. */
  #begun = false;
  /** The headers that the destination has. */
  #sent = new Map<string, MediaMessage>();
  #shed: Shed = { messages: 0, bytes: 0 };

  constructor(limits: QueueLimits, budget: PushBudget) {
    this.#limits = limits;
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Totals since it was created. */
  get shed(): Shed {
    return this.#shed;
  }

  /** `headers`: those in force at the message. Returns true if something was dropped. */
  push(message: MediaMessage, headers: readonly MediaMessage[]): boolean {
    if (this.#waits) {
      if (!message.start) {
        if (this.#begun) this.#releaseLease([{ message, headers: [] }]);
        return false;
      }
      this.#waits = false;
      this.#begun = true;
    }
    this.#entries.push({ message, headers: message.start ? headers : [] });
    this.#count(sizeOf(message));
    if (!this.#isOver()) return false;
    this.#catchUp();
    return true;
  }

  /** The next messages in sending order: a key frame is preceded by the headers that the destination lacks. */
  shift(): readonly MediaMessage[] {
    const entry = this.#entries.shift();
    if (entry === undefined) return [];
    const { message, headers } = entry;
    this.#count(-sizeOf(message));
    const lacking = headers
      .filter((header) => header !== message && this.#sent.get(header.header ?? '') !== header)
      .map((header) => ({ header, sent: { ...header, timeMs: message.timeMs } }));
    for (const { header } of lacking) this.#sent.set(header.header ?? '', header);
    if (message.header !== undefined) this.#sent.set(message.header, message);
    return [...lacking.map(({ sent }) => sent), message];
  }

  /** For a new connection, which has received nothing yet. */
  clear(): void {
    for (const { message } of this.#entries) this.#count(-sizeOf(message));
    this.#entries = [];
    this.#waits = true;
    this.#begun = false;
    this.#sent = new Map();
  }

  #isOver(): boolean {
    const [first, last] = [this.#entries[0], this.#entries.at(-1)];
    const spanMs = first && last ? last.message.timeMs - first.message.timeMs : 0;
    return this.#bytes > this.#limits.maxBytes || spanMs > this.#limits.maxMs || this.#budget.exceeded;
  }

  #catchUp(): void {
    const newest = this.#entries.findLastIndex(({ message }) => message.start);
    if (newest > 0) this.#releaseLease(this.#entries.splice(0, newest), true);
    if (!this.#isOver()) return;
    this.#releaseLease(this.#entries.splice(0), true);
    this.#waits = true;
  }

  #releaseLease(entries: readonly Entry[], counted = false): void {
    let { messages, bytes } = this.#shed;
    for (const { message } of entries) {
      messages++;
      bytes += message.payload.length;
      if (counted) this.#count(-sizeOf(message));
    }
    this.#shed = { messages, bytes };
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.usedBytes += bytes;
  }
}

const sizeOf = ({ payload }: MediaMessage): number => payload.length + entryBytes;
