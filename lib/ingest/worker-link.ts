import type { Connection, ConnectionHandler, Dial, Endpoint } from '../net/socket.ts';
import { type LinkFrame, LinkFrameDecoder } from '../protocol/relay/link-frames.ts';
import type { BroadcastId, MemberId } from '../routing/ids.ts';
import { ClockDiffersError, LinkLostError, LinkRefusedError } from './errors.ts';

export interface LinkListener {
  frame(frame: LinkFrame): void;
  /** The worker has read everything queued. */
  drained(): void;
  /** Called once, and last. */
  closed(reason: string): void;
}

/** A relay link whose worker accepted the session. */
export interface WorkerLink {
  readonly worker: MemberId;
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
  readonly backlogBytes: number;
  /** Frames that arrived earlier are delivered first. Call once. */
  listen(listener: LinkListener): void;
  /** Returns false if the worker is behind; `drained` follows. */
  write(...pieces: Uint8Array[]): boolean;
  /** Half-closes once everything queued has been sent. */
  end(): void;
  abort(): void;
}

export interface OpenLinkOptions {
  readonly dial: Dial;
  readonly to: Endpoint;
  readonly worker: MemberId;
  /** The sealed hello, made once the connection is open: its time counts. */
  readonly hello: () => Buffer;
  readonly connectTimeoutMs: number;
  /** Limit for the worker's answer. */
  readonly answerTimeoutMs: number;
  readonly signal: AbortSignal;
  /** The worker has reserved room and waits for the lease. */
  readonly onStandby?: (() => void) | undefined;
}

/** Limit for a worker on standby to get the lease: another one has to publish what it has, and the origin may be slow. */
const standbyTimeoutMs = 35_000;

/**
 * Opens a relay link and waits until the worker accepts. Throws `dial`'s errors, `LinkRefusedError`, `ClockDiffersError`, or `LinkLostError` if
 * the link broke, the worker didn't answer in time, or `signal` was raised.
 */
export async function openWorkerLink(options: OpenLinkOptions): Promise<WorkerLink> {
  const { dial, to, worker, hello, connectTimeoutMs, answerTimeoutMs, signal } = options;
  const connection = await dial(to, { timeoutMs: connectTimeoutMs });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      connection.abort();
      reject(error);
    };
    const onAbort = () => fail(new LinkLostError('the publisher left'));
    const answerWithin = (ms: number) =>
      setTimeout(() => fail(new LinkLostError(`no answer in ${ms} ms`)), Math.max(1, ms));
    let timer = answerWithin(answerTimeoutMs);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    const link = new Link(connection, worker, {
      accepted() {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        resolve(link);
      },
      standby() {
        clearTimeout(timer);
        timer = answerWithin(standbyTimeoutMs);
        options.onStandby?.();
      },
      failed: fail,
    });
    connection.start(link);
    connection.write(hello());
  });
}

/** Frames are small and few: all links read into one buffer, since decoding copies what it keeps. */
const frameMemory = Buffer.allocUnsafeSlow(4 * 1024);

interface LinkAnswer {
  accepted(): void;
  standby(): void;
  failed(error: Error): void;
}

class Link implements WorkerLink, ConnectionHandler {
  readonly worker: MemberId;
  broadcastId = '' as BroadcastId;
  epoch = 0;
  readonly #connection: Connection;
  readonly #decoder = new LinkFrameDecoder((frame) => this.#frame(frame));
  readonly #answer: LinkAnswer;
  #accepted = false;
  #closed: string | undefined;
  #early: LinkFrame[] = [];
  #listener: LinkListener | undefined;

  constructor(connection: Connection, worker: MemberId, answer: LinkAnswer) {
    this.#connection = connection;
    this.worker = worker;
    this.#answer = answer;
  }

  get backlogBytes(): number {
    return this.#connection.backlogBytes;
  }

  listen(listener: LinkListener): void {
    this.#listener = listener;
    for (const frame of this.#early.splice(0)) listener.frame(frame);
    if (this.#closed !== undefined) listener.closed(this.#closed);
  }

  write(...pieces: Uint8Array[]): boolean {
    return this.#connection.write(...pieces);
  }

  end(): void {
    this.#connection.end();
  }

  abort(): void {
    this.#connection.abort();
  }

  into(): Uint8Array {
    return frameMemory;
  }

  data(bytes: Buffer): void {
    try {
      this.#decoder.push(bytes);
    } catch (cause) {
      this.#fail(new LinkLostError('the worker sent an invalid link frame', { cause }));
    }
  }

  batchEnded(): void {}

  /** A worker that half-closes will confirm nothing more: the link is useless. */
  ended(): void {
    this.#fail(new LinkLostError('the worker closed the link'));
  }

  drained(): void {
    this.#listener?.drained();
  }

  closed(fault: Error | undefined): void {
    this.#fail(new LinkLostError(fault?.message ?? 'the worker closed the link', { cause: fault }));
  }

  #frame(frame: LinkFrame): void {
    if (this.#accepted) {
      if (this.#listener !== undefined) this.#listener.frame(frame);
      else this.#early.push(frame);
      return;
    }
    if (frame.type === 'accepted') {
      this.#accepted = true;
      this.broadcastId = frame.broadcastId;
      this.epoch = frame.epoch;
      this.#answer.accepted();
    } else if (frame.type === 'standby') {
      this.#answer.standby();
    } else if (frame.type === 'clock') {
      this.#answer.failed(new ClockDiffersError(frame.nowMs));
    } else if (frame.type === 'refused') {
      this.#answer.failed(new LinkRefusedError(frame.reason, frame.description, frame.holder));
    } else {
      this.#answer.failed(new LinkLostError(`unexpected first frame from the worker: ${frame.type}`));
    }
  }

  #fail(error: LinkLostError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error.message;
    this.#connection.abort();
    if (!this.#accepted) this.#answer.failed(error);
    else this.#listener?.closed(error.message);
  }
}
