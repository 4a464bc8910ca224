import { WaitingRoom } from '../net/policy/waiting-room.ts';
import { clientOf } from '../protocol/relay/ip-address.ts';
import { encodeLinkFrame, type LinkFrame } from '../protocol/relay/link-frames.ts';
import { decodeProxyHeader } from '../protocol/relay/proxy-header.ts';
import { openSeal, type RelayKeys } from '../protocol/relay/seal.ts';
import { ProtocolError } from '../protocol/rtmp/errors.ts';
import type { MemberId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { SealCheck } from './policy/seal-check.ts';
import type { IncomingRelay, RelayConnection, RelayConnectionHandler } from './ports.ts';

/** Limit from connecting to a verified hello. A proxy sends it at once. */
const helloMs = 3_000;
/** How long a peer has to read our last words and close. */
const lingerMs = 500;
/** A hello is smaller; what follows it waits in the kernel until the next read. */
const maxHelloBytes = 20 * 1024;
const reportEveryMs = 1_000;
/**
 * How many links may wait to be verified, if so many may be open. One proxy may bring as many at once as there is room for, and its
 * links are verified within milliseconds.
 */
export const unverifiedLinks = (mostLinks: number) => ({ most: 2 * mostLinks, mostPerClient: mostLinks });

export interface RelayGateOptions {
  readonly memberId: MemberId;
  /** The keys in use now. */
  readonly keys: () => RelayKeys;
  /** Verified links at the same time. */
  readonly mostLinks: number;
  /** Unix ms that don't step. */
  readonly nowMs: () => number;
  readonly emit: EmitEvent;
  /** A link whose hello is genuine: it delivers all bytes from the first one on. */
  readonly opened: (connection: RelayConnection) => void;
}

/** Lets the links of our proxies through to the worker, and nobody else's. Health checks are answered here. */
export class RelayGate {
  readonly #options: RelayGateOptions;
  readonly #check: SealCheck;
  readonly #waiting: WaitingRoom<Arrival>;
  readonly #refused = { links: 0, timer: undefined as NodeJS.Timeout | undefined };
  #links = 0;

  constructor(options: RelayGateOptions) {
    this.#options = options;
    this.#check = new SealCheck(options.memberId);
    this.#waiting = new WaitingRoom(unverifiedLinks(options.mostLinks));
  }

  connected(connection: IncomingRelay): void {
    const arrival = new Arrival(connection, {
      hello: (header) => this.#judge(header, arrival),
      local: () => this.#waiting.leave(arrival),
      failed: (cause) => this.#refuse(arrival, cause),
      closed: (wasOpen) => {
        this.#waiting.leave(arrival);
        if (wasOpen) this.#links--;
      },
    });
    const crowdedOut = this.#waiting.enter(clientOf(connection.remote.host), arrival);
    if (crowdedOut !== undefined) this.#refuse(crowdedOut, new Error('too many links wait to be verified'));
    arrival.read();
  }

  #judge(header: Buffer, arrival: Arrival): void {
    const { keys, nowMs, mostLinks, opened } = this.#options;
    const now = nowMs();
    const verdict = this.#check.judge(openSeal(header, keys()), now);
    if (verdict === 'stale') {
      this.#waiting.leave(arrival);
      arrival.dismiss({ type: 'clock', nowMs: Math.round(now) });
      return;
    }
    if (verdict === 'misdirected')
      throw new ProtocolError('RELAY_HELLO_MISDIRECTED', 'the relay hello is meant for another worker');
    if (verdict === 'replayed')
      throw new ProtocolError('RELAY_HELLO_REPLAYED', 'the relay hello was sent before');
    this.#waiting.leave(arrival);
    if (this.#links >= mostLinks) {
      arrival.dismiss({ type: 'refused', reason: 'full', description: 'This encoder has too many links.' });
      return;
    }
    this.#links++;
    opened(arrival.open());
  }

  #refuse(arrival: Arrival, cause: unknown): void {
    this.#waiting.leave(arrival);
    if (cause instanceof ProtocolError && cause.code.startsWith('RELAY_HELLO')) {
      // A proxy with the wrong keys should be able to say so in its log.
      arrival.dismiss({ type: 'refused', reason: 'unavailable', description: cause.message });
    } else arrival.abort();
    this.#report(arrival.host, cause);
  }

  /** At most once a second: whoever floods the port must not flood the log. */
  #report(client: string, cause: unknown): void {
    const state = this.#refused;
    state.links++;
    if (state.timer !== undefined) return;
    const tell = (about: { client: string; cause: unknown }): void => {
      this.#options.emit('encoder.link.refused', { ...about, links: state.links });
      state.links = 0;
      state.timer = setTimeout(() => {
        state.timer = undefined;
        if (state.links > 0) tell(about);
      }, reportEveryMs);
      state.timer.unref();
    };
    tell({ client, cause });
  }
}

interface ArrivalHandler {
  /** A whole PROXY header. What it throws is a reason to refuse. */
  hello(header: Buffer): void;
  /** A health check, which is over. */
  local(): void;
  failed(cause: unknown): void;
  closed(wasOpen: boolean): void;
}

/** A link until its hello is verified; then what the worker gets of it. */
class Arrival implements RelayConnection {
  readonly host: string;
  readonly #connection: IncomingRelay;
  readonly #handler: ArrivalHandler;
  #timer: NodeJS.Timeout | undefined;
  #held: Buffer = Buffer.alloc(0);
  #isCheck = false;
  #state: 'waiting' | 'open' | 'over' = 'waiting';
  #worker: RelayConnectionHandler | undefined;

  constructor(connection: IncomingRelay, handler: ArrivalHandler) {
    this.#connection = connection;
    this.host = connection.remote.host;
    this.#handler = handler;
  }

  start(worker: RelayConnectionHandler): void {
    this.#worker = worker;
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    worker.data(held);
  }

  /** Waits for the hello. */
  read(): void {
    this.#timer = setTimeout(() => this.#handler.failed(new Error(`no hello within ${helloMs} ms`)), helloMs);
    this.#connection.start({
      data: (bytes) => this.#data(bytes),
      closed: (fault) => {
        clearTimeout(this.#timer);
        this.#handler.closed(this.#state === 'open');
        this.#state = 'over';
        this.#worker?.closed(fault);
      },
    });
  }

  open(): RelayConnection {
    clearTimeout(this.#timer);
    this.#state = 'open';
    return this;
  }

  /** Sends a last word and closes. */
  dismiss(frame?: LinkFrame): void {
    clearTimeout(this.#timer);
    this.#state = 'over';
    this.#held = Buffer.alloc(0);
    if (frame !== undefined) this.#connection.write(encodeLinkFrame(frame));
    this.#connection.end();
    this.#timer = setTimeout(() => this.#connection.abort(), lingerMs);
  }

  write(bytes: Uint8Array): void {
    this.#connection.write(bytes);
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  end(): void {
    this.#connection.end();
  }

  abort(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'waiting') this.#state = 'over';
    this.#connection.abort();
  }

  #data(bytes: Buffer): void {
    if (this.#worker !== undefined) this.#worker.data(bytes);
    // A health check has nothing to say.
    if (this.#isCheck) this.abort();
    if (this.#worker !== undefined || this.#state !== 'waiting') return;
    try {
      this.#held = Buffer.concat([this.#held, bytes]);
      const decoded = decodeProxyHeader(this.#held, maxHelloBytes);
      if (decoded === undefined) return;
      if (decoded.header.command === 'local') {
        this.#handler.local();
        this.#isCheck = true;
        const saysMore = this.#held.length > decoded.length;
        this.dismiss();
        if (saysMore) this.abort();
      } else this.#handler.hello(this.#held.subarray(0, decoded.length));
    } catch (cause) {
      this.#handler.failed(cause);
    }
  }
}
