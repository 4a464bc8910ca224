import type { StreamRecord } from '../control-store/records.ts';
import type { Arrival, Connection, ConnectionHandler } from '../net/socket.ts';
import { type Refusal, refusalStatus } from '../protocol/refusals.ts';
import { ProtocolError } from '../protocol/rtmp/errors.ts';
import type { PublishRequest } from '../protocol/rtmp/publish-commands.ts';
import { type PublishAction, RtmpServerSession } from '../protocol/rtmp/server-session.ts';
import type { MemberId, StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { Admission } from './admission.ts';
import type { KeyCheck } from './key-check.ts';
import type { GuessLimit } from './policy/guess-limit.ts';
import type { PublisherStream } from './policy/publisher-stream.ts';
import type { ReadMemory } from './policy/read-memory.ts';
import type { OpenTap, PublishTap } from './ports.ts';
import type { RefusalJournal } from './refusal-journal.ts';
import { Relay, type RelayLimits } from './relay.ts';
import { SessionReport } from './session-report.ts';
import type { WorkerRouter } from './worker-router.ts';

export interface SessionLimits extends RelayLimits {
  /** Limit from connecting to the end of the RTMP handshake. */
  readonly handshakeMs: number;
  /** Limit from connecting to the publish command. */
  readonly publishMs: number;
  /** Limit without a byte from a publisher that is live, or was and may publish again. */
  readonly idleMs: number;
  /** How long a publisher has to read our last message and close. */
  readonly lingerMs: number;
}

export interface SessionContext {
  readonly app: string;
  readonly memberId: MemberId;
  readonly keys: KeyCheck;
  readonly guesses: GuessLimit;
  readonly router: WorkerRouter;
  readonly memory: ReadMemory;
  readonly journal: Pick<RefusalJournal, 'refused'>;
  readonly emit: EmitEvent;
  readonly limits: SessionLimits;
  /** Opens another receiver of what a publisher sends. */
  readonly openTap?: OpenTap;
}

/** What a session needs of the proxy that it belongs to. */
export interface SessionOwner {
  readonly arrival: Arrival;
  /** The session has a valid key for `stream` and counts as a publisher from now on, unless there is a reason against it. */
  admit(stream: StreamId): Refusal | undefined;
  /** It no longer does. Called once for each time that it was admitted. */
  release(stream: StreamId): void;
  /** Called once, when the connection is closed and its worker has everything. */
  over(): void;
}

type Phase = 'greeting' | 'checking' | 'relaying' | 'lingering' | 'closed';

/** All sessions read into this until they publish: input is processed at once. */
const greetingMemory = Buffer.allocUnsafeSlow(16 * 1024);
/** A publisher that doesn't read our few answers is dead or hostile. */
const maxBacklogBytes = 64 * 1024;

/**
 * One publisher's connection, from the first byte to the last. Usually it publishes once; another `publish` on the same connection
 * is another publish session, with an id of its own.
 */
export class RtmpSession implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #context: SessionContext;
  readonly #owner: SessionOwner;
  readonly #admission: Admission;
  readonly #report: SessionReport;
  #isOver = false;
  readonly #rtmp: RtmpServerSession;
  readonly #startedMs = performance.now();
  #phase: Phase = 'greeting';
  #relay: Relay | undefined;
  /** Relays of earlier streams that still have something to deliver. */
  #earlier: Relay[] = [];
  /** A stream has ended, and nothing shows that another will follow. */
  #isDone = false;
  #tap: PublishTap | undefined;
  #lastReadMs = this.#startedMs;
  #lingerSinceMs = 0;

  constructor(connection: Connection, context: SessionContext, owner: SessionOwner) {
    this.#connection = connection;
    this.#context = context;
    this.#owner = owner;
    const client = connection.remote.host;
    const { keys, guesses, journal, emit } = context;
    const admit = (stream: StreamId) => owner.admit(stream);
    const release = (stream: StreamId) => owner.release(stream);
    this.#admission = new Admission({ client, keys, guesses, emit, admit, release });
    this.#report = new SessionReport({ client, emit, journal });
    this.#rtmp = new RtmpServerSession({ app: context.app });
  }

  start(): void {
    this.#connection.start(this);
  }

  into(): Uint8Array {
    return this.#phase === 'relaying' && this.#relay !== undefined ? this.#relay.into() : greetingMemory;
  }

  data(bytes: Buffer): void {
    this.#report.received(bytes.length);
    this.#lastReadMs = performance.now();
    if (this.#phase === 'relaying') this.#relayData(bytes);
    else if (this.#phase === 'greeting' || this.#phase === 'checking') this.#act(this.#rtmp.push(bytes));
  }

  batchEnded(): void {
    if (this.#phase !== 'relaying') return;
    this.#relay?.batchEnded();
    // The worker first.
    this.#tap?.flush();
  }

  ended(): void {
    if (this.#phase === 'relaying') this.#relay?.publisherLeft('the publisher closed the connection');
    else this.#left('the publisher left before it published');
    this.#connection.end();
  }

  drained(): void {}

  closed(fault: Error | undefined): void {
    const reason = fault?.message ?? 'the connection was closed';
    if (this.#phase === 'relaying') this.#relay?.publisherLeft(reason);
    else this.#left(reason);
    this.#phase = 'closed';
    this.#tap?.ended();
    this.#over();
  }

  /** Checks deadlines; called several times a second. */
  tick(nowMs: number): void {
    const { limits } = this.#context;
    const ageMs = nowMs - this.#startedMs;
    // A relay may still have bytes to send to its worker after the publisher has disconnected.
    this.#relay?.tick(nowMs);
    for (const relay of this.#earlier) relay.tick(nowMs);
    this.#earlier = this.#earlier.filter(({ active }) => active);
    if (this.#phase === 'closed') this.#over();
    if (this.#connection.backlogBytes > maxBacklogBytes) this.#connection.abort();
    if (this.#phase === 'checking') {
      this.#admission.tick(nowMs);
    } else if (this.#phase === 'lingering') {
      if (nowMs - this.#lingerSinceMs > limits.lingerMs) this.#connection.abort();
    } else if (this.#phase === 'greeting' && this.#isDone) {
      if (nowMs - this.#lastReadMs > limits.idleMs) this.#linger();
    } else if (this.#phase === 'greeting') {
      if (this.#rtmp.phase === 'handshake' && ageMs > limits.handshakeMs) {
        this.#close('HANDSHAKE_TIMEOUT', `no RTMP handshake in ${limits.handshakeMs} ms`);
      } else if (ageMs > limits.publishMs) {
        this.#close('PUBLISH_TIMEOUT', `no publish command in ${limits.publishMs} ms`);
      }
    } else if (this.#relay?.holdsPublisher) {
      // We paused reading; don't count this as idle.
      this.#lastReadMs = nowMs;
    } else if (this.#phase === 'relaying' && this.#report.onAir && nowMs - this.#lastReadMs > limits.idleMs) {
      this.#relay?.publisherLeft(`the publisher sent nothing for ${limits.idleMs} ms`);
    }
  }

  /** Asks the publisher to reconnect, and closes. */
  dismiss(): void {
    if (this.#phase === 'relaying' && this.#report.onAir) {
      this.status(
        'error',
        'NetStream.Publish.Failed',
        'The ingest proxy is restarting. Please connect again.',
      );
      this.#relay?.publisherLeft('the proxy stops');
    } else this.#close('PROXY_STOPS', 'the proxy stops');
  }

  abort(): void {
    for (const relay of [...this.#earlier, ...(this.#relay ? [this.#relay] : [])]) relay.abort();
    this.#tap?.ended();
    this.#connection.abort();
  }

  accepted(): void {
    this.#report.accepted();
    this.#lastReadMs = performance.now();
    this.#connection.batchReads();
    this.#connection.write(this.#rtmp.accept());
    this.#tap?.onAir();
  }

  reply(messages: readonly Parameters<RtmpServerSession['write']>[0][]): void {
    for (const message of messages) this.#connection.write(this.#rtmp.write(message));
  }

  status(level: 'status' | 'error' | 'warning', code: string, description: string): void {
    this.#connection.write(this.#rtmp.status(level, code, description));
  }

  finish(
    code: string,
    reason: string,
    status?: { level: 'status' | 'error' | 'warning'; code: string },
  ): void {
    this.#tap?.ended();
    if (status !== undefined) this.status(status.level, status.code, reason);
    this.#report.ended(code, reason);
    this.#linger();
  }

  unpublished(after: PublisherStream['afterEnd']): void {
    const reason = 'the publisher ended its stream';
    if (after === undefined) {
      this.finish('UNPUBLISHED', reason);
      return;
    }
    this.#tap?.ended();
    this.#report.ended('UNPUBLISHED', reason);
    this.status('status', 'NetStream.Unpublish.Success', 'The stream has ended.');
    if (this.#relay) this.#earlier.push(this.#relay);
    this.#relay = undefined;
    this.#tap = undefined;
    this.#isDone = true;
    this.#report.restart();
    this.#phase = 'greeting';
    this.#admission.release();
    this.#owner.arrival.unverified();
    this.#connection.resume();
    this.#act(this.#rtmp.takeBack(after));
  }

  refuse(refusal: Refusal): void {
    this.#turnAway(refusal, this.#report.stream);
  }

  #act(actions: readonly PublishAction[]): void {
    for (const action of actions) {
      if (action.type === 'send') this.#connection.write(action.bytes);
      else if (action.type === 'close') this.#close(action.code, action.reason);
      else if (action.type === 'skipped') this.#report.skipped(action.cause);
      else if (action.type === 'refuse') this.#turnAway({ reason: action.reason }, undefined);
      else {
        this.#isDone = false;
        this.#phase = 'checking';
        this.#connection.pause();
        this.#publish(action.request);
      }
    }
  }

  #publish(request: PublishRequest): void {
    void this.#admission.request(request.streamName, () => this.#phase === 'checking', {
      admitted: (stream) => {
        this.#owner.arrival.verified();
        this.#report.verified(stream.id);
        this.#relayTo(stream, request);
      },
      refused: (refusal, stream, cause) => this.#turnAway(refusal, stream, cause),
      unanswered: () => {
        this.#phase = 'lingering';
        this.#lingerSinceMs = performance.now();
        this.#connection.abort();
      },
    });
  }

  #relayTo(stream: StreamRecord, request: PublishRequest): void {
    const { memberId: proxyId, memory, router, emit, limits, openTap } = this.#context;
    try {
      const handover = this.#rtmp.handover();
      const { chunkState, rest } = handover;
      this.#tap = openTap?.({ stream, sessionId: this.#report.id, chunkState });
      this.#tap?.take(rest);
      this.#relay = new Relay({
        publisher: this.#connection,
        handover,
        streamId: stream.id,
        sessionId: this.#report.id,
        proxyId,
        publish: request,
        memory,
        router,
        emit,
        limits,
        owner: this,
      });
      this.#phase = 'relaying';
      this.#relay.start();
    } catch (fault) {
      this.#brokeProtocol(fault);
    }
  }

  #relayData(bytes: Buffer): void {
    try {
      this.#relay?.data(bytes);
      this.#tap?.take(bytes);
    } catch (fault) {
      this.#brokeProtocol(fault);
    }
  }

  #brokeProtocol(fault: unknown): void {
    // A `RangeError`: the publish command lies inside another message, so no reader could continue from there.
    if (!(fault instanceof ProtocolError) && !(fault instanceof RangeError)) throw fault;
    const code = fault instanceof ProtocolError ? fault.code : 'COMMAND_OUT_OF_ORDER';
    const detail = `${code}: ${fault.message}`;
    if (this.#relay === undefined)
      this.#turnAway({ reason: 'unreadable-media', detail }, this.#report.stream);
    else this.#relay.broken(detail);
  }

  #turnAway(refusal: Refusal, stream: StreamId | undefined, cause?: unknown): void {
    const status = refusalStatus(refusal);
    this.#connection.write(this.#rtmp.refuse(status.code, status.description));
    this.#report.turnedAway(refusal, stream, cause);
    this.#linger();
  }

  /** Nobody needs to know that a publisher left after its stream had ended; those that gave way are counted. */
  #left(reason: string): void {
    if (this.#phase === 'lingering') return;
    if (this.#isDone || this.#owner.arrival.gaveWay) this.#linger();
    else this.#close('PUBLISHER_LEFT', reason);
  }

  #close(code: string, reason: string): void {
    this.#report.closed(code, reason);
    this.#linger();
  }

  #over(): void {
    if (this.#isOver || this.#relay?.active || this.#earlier.some(({ active }) => active)) return;
    this.#isOver = true;
    this.#admission.release();
    this.#owner.over();
  }

  /**
   * Half-closes and keeps reading for a moment: closing a socket with unread bytes resets it, and the reset would overtake
   * our last message.
   */
  #linger(): void {
    if (this.#phase === 'lingering' || this.#phase === 'closed') return;
    this.#phase = 'lingering';
    this.#tap?.ended();
    this.#lingerSinceMs = performance.now();
    this.#connection.end();
    this.#connection.resume();
  }
}
