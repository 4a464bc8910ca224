import type { PushState } from '../control/policy/push-states.ts';
import type { Connection, ConnectionHandler } from '../ingest/ports.ts';
import { ProtocolError } from '../protocol/rtmp/errors.ts';
import { Publisher } from '../protocol/rtmp/publisher.ts';
import { failureWords } from './policy/failure-words.ts';
import type { MediaMessage } from './policy/media-source.ts';
import {
  beginPush,
  type PushAction,
  type PushEvent,
  type PushModel,
  phaseLimitsMs,
  publicState,
  stepPush,
} from './policy/push-machine.ts';
import { type PushBudget, PushQueue, type QueueLimits, type Shed } from './policy/push-queue.ts';
import { type AllowedAddresses, checkAddresses, type TargetUrl } from './policy/target-address.ts';
import type { DialPush, PushClock, Resolve } from './ports.ts';

export interface DestinationLimits extends QueueLimits {
  /** A destination that takes nothing for so long is given up and connected to again. */
  readonly stalledMs: number;
  /** What a server may say to a publisher in {@link hearingMs}. */
  readonly maxHeardBytes: number;
}

export const defaultDestinationLimits: DestinationLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxMs: 8_000,
  stalledMs: 10_000,
  maxHeardBytes: 1024 * 1024,
};

/** Where to push, with which key; or why that cannot be, in words. */
export type PushTarget =
  | { readonly ok: true; readonly url: TargetUrl; readonly key: string }
  | { readonly ok: false; readonly fault: string };

export interface DestinationOptions {
  readonly target: PushTarget;
  readonly resolve: Resolve;
  readonly dial: DialPush;
  readonly clock: PushClock;
  readonly budget: PushBudget;
  readonly limits: DestinationLimits;
  readonly allowed?: AllowedAddresses | undefined;
  /** The state or its detail is another; not more often than the state machine moves. */
  readonly onChange: () => void;
}

const hearingMs = 10_000;
/** Handed to the socket at once. */
const batchBytes = 256 * 1024;
/** Answers to a server, beside media. */
const maxAnswerBytes = 64 * 1024;
/** A name may have many addresses: more than these are not tried. */
const maxAddresses = 6;

/** One push: connects, publishes, sends what it is offered, and does so again after faults, until it is stopped. */
export class Destination {
  readonly #options: DestinationOptions;
  readonly #queue: PushQueue;
  #model: PushModel;
  /** Of the running attempt: what comes of an older one is dropped. */
  #attempt = new AbortController();
  #addresses: readonly string[] = [];
  #connection: Connection | undefined;
  #publisher: Publisher | undefined;
  /** Source time of this connection's first message, which has 0 at the destination. */
  #baseMs: number | undefined;
  #sentThroughMs = 0;
  #sentBeforeMs = 0;
  #blockedSinceMs: number | undefined;
  #backlogBytes = 0;
  #heardSinceMs = 0;
  #heardBytes = 0;
  #saidGoodbye = false;
  #everLive = false;

  constructor(options: DestinationOptions) {
    this.#options = options;
    this.#queue = new PushQueue(options.limits, options.budget);
    this.#model = beginPush(options.clock.now());
    if (options.target.ok) this.#do('resolve');
    else this.#event({ type: 'forbidden', detail: options.target.fault });
  }

  get state(): PushState {
    return publicState(this.#model);
  }

  /** What last went wrong, in words. */
  get detail(): string | undefined {
    return this.#model.detail;
  }

  /** Until the next try of a destination that waits. */
  get againMs(): number {
    return Math.max(0, Math.round((this.#model.deadlineMs ?? 0) - this.#options.clock.now()));
  }

  /** Media that was handed to the network, over all connections. */
  get sentMs(): number {
    return this.#sentBeforeMs + this.#sentNowMs;
  }

  get everLive(): boolean {
    return this.#everLive;
  }

  get shed(): Shed {
    return this.#queue.shed;
  }

  /** Media is of use to it now. */
  get wantsMedia(): boolean {
    return this.#model.phase === 'live';
  }

  get over(): boolean {
    return this.#model.phase === 'ended';
  }

  /** Takes a message; never waits. `headers`: those in force. */
  offer(message: MediaMessage, headers: readonly MediaMessage[]): void {
    if (this.#model.phase === 'live') this.#queue.push(message, headers);
  }

  /** Sends what the connection takes. */
  flush(): void {
    const { phase } = this.#model;
    if (phase !== 'live' && phase !== 'closing') return;
    while (this.#blockedSinceMs === undefined && this.#queue.length > 0) this.#sendSome();
    if (phase !== 'closing' || this.#queue.length > 0 || this.#saidGoodbye) return;
    this.#saidGoodbye = true;
    if (this.#publisher !== undefined) this.#connection?.write(this.#publisher.unpublish());
    this.#connection?.end();
  }

  /** Looks after deadlines; called several times a second. */
  tick(): void {
    const nowMs = this.#options.clock.now();
    if (this.#model.deadlineMs !== undefined && nowMs >= this.#model.deadlineMs)
      this.#event({ type: 'late' });
    this.#watchBacklog(nowMs);
  }

  /** Sends what is queued, says good-bye and closes; `over` says when that is done. */
  stop(): void {
    this.#event({ type: 'stop' });
  }

  #event(event: PushEvent): void {
    const { clock, onChange } = this.#options;
    const before = this.#model;
    const { model, actions } = stepPush(before, event, { nowMs: clock.now(), random: clock.random() });
    this.#model = model;
    if (model.phase === 'live') this.#everLive = true;
    for (const action of actions) this.#do(action);
    if (publicState(before) !== publicState(model) || before.detail !== model.detail) onChange();
  }

  #do(action: PushAction): void {
    switch (action) {
      case 'resolve':
        void this.#resolve(this.#begin());
        break;
      case 'dial':
        void this.#dial(this.#attempt.signal);
        break;
      case 'greet':
        this.#greet(this.#attempt.signal);
        break;
      case 'finish':
        this.flush();
        break;
      case 'drop':
        this.#drop();
        break;
    }
  }

  #begin(): AbortSignal {
    this.#attempt.abort();
    this.#attempt = new AbortController();
    return this.#attempt.signal;
  }

  #drop(): void {
    this.#attempt.abort();
    this.#connection?.abort();
    this.#connection = undefined;
    this.#publisher = undefined;
    this.#sentBeforeMs += this.#sentNowMs;
    this.#baseMs = undefined;
    this.#blockedSinceMs = undefined;
    this.#queue.clear();
  }

  get #sentNowMs(): number {
    return this.#baseMs === undefined ? 0 : this.#sentThroughMs - this.#baseMs;
  }

  async #resolve(signal: AbortSignal): Promise<void> {
    const { target, resolve, allowed } = this.#options;
    if (!target.ok) return;
    const { host } = target.url;
    try {
      const found = await resolve(host, { signal });
      if (signal.aborted) return;
      const checked = checkAddresses(host, found, allowed);
      if (!checked.ok) {
        this.#event({ type: found.length === 0 ? 'lost' : 'forbidden', detail: checked.fault });
        return;
      }
      // From here on only these addresses are used: the name is not asked again.
      this.#addresses = checked.addresses.slice(0, maxAddresses);
      this.#event({ type: 'resolved' });
    } catch (cause) {
      if (!signal.aborted) this.#event({ type: 'lost', detail: failureWords(cause) });
    }
  }

  async #dial(signal: AbortSignal): Promise<void> {
    const { target, dial } = this.#options;
    if (!target.ok) return;
    const { secure, host, port } = target.url;
    try {
      const endpoint = { addresses: this.#addresses, port, ...(secure && { serverName: host }) };
      const connection = await dial(endpoint, { timeoutMs: phaseLimitsMs.dialing ?? 0, signal });
      if (signal.aborted) {
        connection.abort();
        return;
      }
      this.#connection = connection;
      this.#event({ type: 'connected' });
    } catch (cause) {
      if (!signal.aborted) this.#event({ type: 'lost', detail: failureWords(cause) });
    }
  }

  #greet(signal: AbortSignal): void {
    const { target, clock } = this.#options;
    const connection = this.#connection;
    if (connection === undefined || !target.ok) return;
    const { app, tcUrl } = target.url;
    this.#publisher = new Publisher({ app, tcUrl, streamName: target.key });
    this.#saidGoodbye = false;
    this.#heardSinceMs = clock.now();
    this.#heardBytes = 0;
    this.#backlogBytes = 0;
    connection.start(this.#handler(signal));
    connection.write(this.#publisher.start());
  }

  #handler(signal: AbortSignal): ConnectionHandler {
    const memory = Buffer.allocUnsafeSlow(4 * 1024);
    const ifCurrent =
      <Args extends unknown[]>(handle: (...args: Args) => void) =>
      (...args: Args): void => {
        if (!signal.aborted) handle(...args);
      };
    return {
      into: () => memory,
      data: ifCurrent((bytes: Buffer) => this.#heard(bytes)),
      batchEnded: () => {},
      ended: ifCurrent(() => this.#event({ type: 'closed' })),
      drained: ifCurrent(() => {
        this.#blockedSinceMs = undefined;
        this.flush();
      }),
      closed: ifCurrent((fault: Error | undefined) =>
        this.#event(fault ? { type: 'lost', detail: failureWords(fault) } : { type: 'closed' }),
      ),
    };
  }

  #heard(bytes: Buffer): void {
    if (this.#isTooMuch(bytes.length)) {
      this.#event({ type: 'lost', detail: 'it sends more than a server has to say' });
      return;
    }
    try {
      for (const action of this.#publisher?.push(bytes) ?? []) {
        if (action.type === 'send') this.#connection?.write(action.bytes);
        else if (action.type === 'published') this.#event({ type: 'published' });
        else if (action.type === 'refused') this.#refused(action);
      }
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      this.#event({ type: 'lost', detail: `it does not speak RTMP as it should (${fault.message})` });
    }
  }

  #isTooMuch(bytes: number): boolean {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#heardSinceMs > hearingMs) {
      this.#heardSinceMs = nowMs;
      this.#heardBytes = 0;
    }
    this.#heardBytes += bytes;
    return this.#heardBytes > this.#options.limits.maxHeardBytes;
  }

  #refused(refusal: { code: string; description: string; redirected: boolean }): void {
    if (refusal.redirected) {
      this.#event({ type: 'forbidden', detail: 'it sends us to another server, which is not followed' });
      return;
    }
    const { code, description } = refusal;
    const said = description === '' ? code : `“${description}” (${code})`;
    this.#event({ type: 'rejected', detail: `the server says ${this.#withoutKey(said)}` });
  }

  /** Some servers repeat the key in what they say. */
  #withoutKey(text: string): string {
    const { target } = this.#options;
    if (!target.ok) return text;
    const [name = ''] = target.key.split('?');
    return [target.key, name].reduce((left, key) => (key === '' ? left : left.replaceAll(key, '…')), text);
  }

  #sendSome(): void {
    const [connection, publisher] = [this.#connection, this.#publisher];
    if (connection === undefined || publisher === undefined) return;
    const pieces: Buffer[] = [];
    for (let bytes = 0; bytes < batchBytes && this.#queue.length > 0; ) {
      for (const { type, timeMs, payload } of this.#queue.shift()) {
        this.#baseMs ??= timeMs;
        // Sound from before the first picture.
        if (timeMs < this.#baseMs) continue;
        this.#sentThroughMs = Math.max(this.#sentThroughMs, timeMs);
        const piece = publisher.media(type, timeMs - this.#baseMs, payload);
        pieces.push(piece);
        bytes += piece.length;
      }
    }
    if (pieces.length === 0 || connection.write(...pieces)) return;
    this.#blockedSinceMs = this.#options.clock.now();
    this.#backlogBytes = connection.backlogBytes;
  }

  #watchBacklog(nowMs: number): void {
    const backlogBytes = this.#connection?.backlogBytes ?? 0;
    if (this.#blockedSinceMs === undefined) {
      // Media waits in the queue: these are our answers to a server that asks and does not read.
      if (backlogBytes > maxAnswerBytes)
        this.#event({ type: 'lost', detail: 'it does not read our answers' });
      return;
    }
    if (backlogBytes < this.#backlogBytes) this.#blockedSinceMs = nowMs;
    this.#backlogBytes = backlogBytes;
    const { stalledMs } = this.#options.limits;
    if (nowMs - this.#blockedSinceMs < stalledMs) return;
    this.#event({ type: 'lost', detail: `it has taken nothing for ${Math.round(stalledMs / 1000)} s` });
  }
}
