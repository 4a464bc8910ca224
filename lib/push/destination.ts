import type { PushState } from '../control-store/push-states.ts';
import type { Connection, DialResolved, Resolve } from '../net/socket.ts';
import { type AllowedAddresses, checkAddresses, type TargetUrl } from '../routing/target-address.ts';
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
import type { PushClock } from './ports.ts';
import { type LinkLimits, PushLink } from './push-link.ts';

export type DestinationLimits = QueueLimits & LinkLimits;

export const defaultDestinationLimits: DestinationLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxMs: 8_000,
  stalledMs: 10_000,
  maxReceivedBytes: 1024 * 1024,
};

/** Where to push, and with which key; or why that is impossible, for people to read. */
export type PushTarget =
  | { readonly ok: true; readonly url: TargetUrl; readonly key: string }
  | { readonly ok: false; readonly fault: string };

export interface DestinationOptions {
  readonly target: PushTarget;
  readonly resolve: Resolve;
  readonly dial: DialResolved;
  readonly clock: PushClock;
  readonly budget: PushBudget;
  readonly limits: DestinationLimits;
  readonly allowed?: AllowedAddresses | undefined;
  /** The state or its detail has changed; called no more often than the state machine moves. */
  readonly onChange: () => void;
}

/** A host name may have many addresses: try at most this many. */
const maxAddresses = 6;

/** One push: connects, publishes, sends what it is offered, and reconnects after faults, until it is stopped. */
export class Destination {
  readonly #options: DestinationOptions;
  readonly #queue: PushQueue;
  #model: PushModel;
  /** Of the current attempt: results of an older one are ignored. */
  #attempt = new AbortController();
  #addresses: readonly string[] = [];
  #connection: Connection | undefined;
  /** The connection's link, from the handshake on. */
  #link: PushLink | undefined;
  #sentBeforeMs = 0;
  #everLive = false;

  constructor(options: DestinationOptions) {
    this.#options = options;
    this.#queue = new PushQueue(options.limits, options.budget);
    this.#model = beginPush(options.clock.nowMs());
    if (options.target.ok) this.#do('resolve');
    else this.#event({ type: 'forbidden', detail: options.target.fault });
  }

  get state(): PushState {
    return publicState(this.#model);
  }

  /** The last failure, for people to read. */
  get detail(): string | undefined {
    return this.#model.detail;
  }

  /** Time until the next attempt of a waiting destination. */
  get againMs(): number {
    return Math.max(0, Math.round((this.#model.deadlineMs ?? 0) - this.#options.clock.nowMs()));
  }

  /** Media handed to the network, over all connections. */
  get sentMs(): number {
    return this.#sentBeforeMs + (this.#link?.sentMs ?? 0);
  }

  get everLive(): boolean {
    return this.#everLive;
  }

  get shed(): Shed {
    return this.#queue.shed;
  }

  /** Whether it can use media now. */
  get wantsMedia(): boolean {
    return this.#model.phase === 'live';
  }

  get over(): boolean {
    return this.#model.phase === 'ended';
  }

  /** Takes a message; never blocks. `headers`: those in force. */
  offer(message: MediaMessage, headers: readonly MediaMessage[]): void {
    if (this.#model.phase === 'live') this.#queue.push(message, headers);
  }

  /** Sends what the connection accepts. */
  flush(): void {
    if (this.#model.phase === 'live') this.#link?.flush();
  }

  /** Checks deadlines; called several times a second. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#model.deadlineMs !== undefined && nowMs >= this.#model.deadlineMs)
      this.#event({ type: 'late' });
    this.#link?.tick();
  }

  /** Sends what is queued, ends the publish and closes; `over` turns true when that is done. */
  stop(): void {
    this.#event({ type: 'stop' });
  }

  #event(event: PushEvent): void {
    const { clock, onChange } = this.#options;
    const before = this.#model;
    const { model, actions } = stepPush(before, event, { nowMs: clock.nowMs(), random: clock.random() });
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
        this.#greet();
        break;
      case 'finish':
        this.#link?.finish();
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
    this.#sentBeforeMs = this.sentMs;
    this.#link?.abort();
    this.#connection?.abort();
    this.#link = undefined;
    this.#connection = undefined;
    this.#queue.clear();
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
      // From here on only these addresses are used: the name is not resolved again.
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

  #greet(): void {
    const { target, clock, limits } = this.#options;
    const connection = this.#connection;
    if (connection === undefined || !target.ok) return;
    const { url, key } = target;
    const onEvent = (event: PushEvent) => this.#event(event);
    this.#link = new PushLink({ connection, url, key, queue: this.#queue, clock, limits, onEvent });
    this.#link.start();
  }
}
