import type { Connection, ConnectionHandler } from '../net/socket.ts';
import { ProtocolError } from '../protocol/rtmp/errors.ts';
import { Publisher } from '../protocol/rtmp/publisher.ts';
import type { TargetUrl } from '../routing/target-address.ts';
import { failureWords } from './policy/failure-words.ts';
import type { PushEvent } from './policy/push-machine.ts';
import type { PushQueue } from './policy/push-queue.ts';
import type { PushClock } from './ports.ts';

export interface LinkLimits {
  /** A destination that accepts nothing for this long is disconnected and retried. */
  readonly stalledMs: number;
  /** How much a server may send to a publisher within {@link receiveWindowMs}. */
  readonly maxReceivedBytes: number;
}

export interface PushLinkOptions {
  readonly connection: Connection;
  readonly url: TargetUrl;
  /** The stream key. */
  readonly key: string;
  readonly queue: PushQueue;
  readonly clock: PushClock;
  readonly limits: LinkLimits;
  /** `published`, `lost`, `rejected`, `forbidden` or `closed`; never called after `abort`. */
  readonly onEvent: (event: PushEvent) => void;
}

const receiveWindowMs = 10_000;
/** How much to hand to the socket at once. */
const batchBytes = 256 * 1024;
/** Limit for unsent answers to a server, not counting media. */
const maxAnswerBytes = 64 * 1024;

/**
 * One connection of a push: publishes, sends what is queued as fast as the server accepts it, and handles what the server
 * sends.
 */
export class PushLink {
  readonly #options: PushLinkOptions;
  readonly #publisher: Publisher;
  #over = false;
  /** Source time of the first message, which is 0 at the destination. */
  #baseMs: number | undefined;
  #sentThroughMs = 0;
  #blockedSinceMs: number | undefined;
  #backlogBytes = 0;
  #receiveWindowSinceMs: number;
  #receivedBytes = 0;
  #finishing = false;
  #unpublished = false;

  constructor(options: PushLinkOptions) {
    const { url, key, clock } = options;
    this.#options = options;
    this.#publisher = new Publisher({ app: url.app, tcUrl: url.tcUrl, streamName: key });
    this.#receiveWindowSinceMs = clock.nowMs();
  }

  /** Starts the handshake. Call once. */
  start(): void {
    const { connection } = this.#options;
    connection.start(this.#handler());
    connection.write(this.#publisher.start());
  }

  /** Media handed to the network. */
  get sentMs(): number {
    return this.#baseMs === undefined ? 0 : this.#sentThroughMs - this.#baseMs;
  }

  /** Sends what the connection accepts. Call only once the server has accepted the publish. */
  flush(): void {
    const { queue, connection } = this.#options;
    while (this.#blockedSinceMs === undefined && queue.length > 0) this.#sendSome();
    if (!this.#finishing || this.#unpublished || queue.length > 0) return;
    this.#unpublished = true;
    connection.write(this.#publisher.unpublish());
    connection.end();
  }

  /** Ends the publish after what is queued. */
  finish(): void {
    this.#finishing = true;
    this.flush();
  }

  /** Checks whether the server accepts anything; called several times a second. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    const { backlogBytes } = this.#options.connection;
    if (this.#blockedSinceMs === undefined) {
      // Media waits in the queue: this is our answers to a server that sends requests and reads nothing.
      if (backlogBytes > maxAnswerBytes)
        this.#event({ type: 'lost', detail: 'the server is not reading our answers' });
      return;
    }
    if (backlogBytes < this.#backlogBytes) this.#blockedSinceMs = nowMs;
    this.#backlogBytes = backlogBytes;
    const { stalledMs } = this.#options.limits;
    if (nowMs - this.#blockedSinceMs < stalledMs) return;
    this.#event({
      type: 'lost',
      detail: `the server accepted no data for ${Math.round(stalledMs / 1000)} s`,
    });
  }

  /** Disconnects at once and reports nothing more. */
  abort(): void {
    this.#over = true;
    this.#options.connection.abort();
  }

  #event(event: PushEvent): void {
    if (!this.#over) this.#options.onEvent(event);
  }

  #handler(): ConnectionHandler {
    const memory = Buffer.allocUnsafeSlow(4 * 1024);
    return {
      into: () => memory,
      data: (bytes) => this.#received(bytes),
      batchEnded: () => {},
      ended: () => this.#event({ type: 'closed' }),
      drained: () => {
        this.#blockedSinceMs = undefined;
        if (!this.#over) this.flush();
      },
      closed: (fault) =>
        this.#event(fault ? { type: 'lost', detail: failureWords(fault) } : { type: 'closed' }),
    };
  }

  #received(bytes: Buffer): void {
    if (this.#over) return;
    if (this.#isTooMuch(bytes.length)) {
      this.#event({ type: 'lost', detail: 'the server sent more data than expected' });
      return;
    }
    try {
      for (const action of this.#publisher.push(bytes)) {
        if (action.type === 'send') this.#options.connection.write(action.bytes);
        else if (action.type === 'published') this.#event({ type: 'published' });
        else if (action.type === 'refused') this.#refused(action);
      }
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      this.#event({ type: 'lost', detail: `the server violated the RTMP protocol (${fault.message})` });
    }
  }

  #isTooMuch(bytes: number): boolean {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#receiveWindowSinceMs > receiveWindowMs) {
      this.#receiveWindowSinceMs = nowMs;
      this.#receivedBytes = 0;
    }
    this.#receivedBytes += bytes;
    return this.#receivedBytes > this.#options.limits.maxReceivedBytes;
  }

  #refused(refusal: { code: string; description: string; redirected: boolean }): void {
    if (refusal.redirected) {
      this.#event({
        type: 'forbidden',
        detail: 'the server redirected to another server; redirects are not followed',
      });
      return;
    }
    const { code, description } = refusal;
    const said = description === '' ? code : `“${description}” (${code})`;
    this.#event({ type: 'rejected', detail: `the server refused: ${withoutKey(said, this.#options.key)}` });
  }

  #sendSome(): void {
    const { connection, queue, clock } = this.#options;
    const pieces: Buffer[] = [];
    for (let bytes = 0; bytes < batchBytes && queue.length > 0; ) {
      for (const { type, timeMs, payload } of queue.shift()) {
        this.#baseMs ??= timeMs;
        // Audio from before the first picture.
        if (timeMs < this.#baseMs) continue;
        this.#sentThroughMs = Math.max(this.#sentThroughMs, timeMs);
        const piece = this.#publisher.media(type, timeMs - this.#baseMs, payload);
        pieces.push(piece);
        bytes += piece.length;
      }
    }
    if (pieces.length === 0 || connection.write(...pieces)) return;
    this.#blockedSinceMs = clock.nowMs();
    this.#backlogBytes = connection.backlogBytes;
  }
}

/** Some servers repeat the key in their messages. */
function withoutKey(text: string, key: string): string {
  const [name = ''] = key.split('?');
  return [key, name].reduce((left, secret) => (secret === '' ? left : left.replaceAll(secret, '…')), text);
}
