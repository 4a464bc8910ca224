import { displayText } from '../../protocol/display-text.ts';
import { packetOf } from '../../protocol/flv/wrapped-packet.ts';
import { type Refusal, refusalStatus } from '../../protocol/refusals.ts';
import { decodeRelayHello, type RelayHello } from '../../protocol/relay/hello.ts';
import { encodeLinkFrame, type LinkFrame } from '../../protocol/relay/link-frames.ts';
import { isSessionFrame } from '../../protocol/relay/session-frame.ts';
import { SessionTime } from '../../protocol/relay/session-time.ts';
import { splitAggregate } from '../../protocol/rtmp/aggregate.ts';
import { ChunkReader, type RtmpMessage } from '../../protocol/rtmp/chunk-reader.ts';
import { isUnpublish, readMetaData } from '../../protocol/rtmp/commands.ts';
import { ProtocolError } from '../../protocol/rtmp/errors.ts';
import { mediaTypeOf, messageType } from '../../protocol/rtmp/messages.ts';
import type { BroadcastId } from '../../routing/ids.ts';
import type { RelayConnection } from '../ports.ts';
import { FaultLimit } from './policy/fault-limit.ts';
import { type AnnouncedTracks, announcedTracks } from './policy/probe/picture-wait.ts';

/** What a publisher says of its media in `onMetaData`. */
export interface SessionMetadata {
  readonly frameRate?: number;
  readonly encoder?: string;
  readonly announced: AnnouncedTracks;
}

export interface PublishSessionHandler {
  /**
   * `payload`: empty if the message has nothing of the track that is played. `sessionMs`: time since the session's first message, as
   * counted by the proxy.
   */
  media(type: 'video' | 'audio', timestampMs: number, payload: Buffer, sessionMs: number): void;
  metadata(facts: SessionMetadata): void;
  /** A message has tracks that are not played. */
  tracksIgnored(type: 'video' | 'audio'): void;
  /** A message could not be read or handled; it is skipped, and what follows goes on. */
  skipped(cause: unknown): void;
  /** The session cannot go on: its bytes cannot be read, or too many of its messages cannot be handled. Called once. */
  unusable(cause: unknown): void;
  /** All messages of one read have been delivered. */
  batchEnded(): void;
  /** The publisher ended its stream with an RTMP command. */
  unpublished(): void;
  /** The link is closed. Called once, and last. */
  closed(fault: Error | undefined): void;
}

/** How much a publisher may send before it is accepted. */
const maxEarlyBytes = 16 * 1024 * 1024;
/** The message types that session time is counted by. */
const timedTypes: ReadonlySet<number> = new Set([
  messageType.audio,
  messageType.video,
  messageType.dataAmf0,
  messageType.dataAmf3,
]);
const limits = { maxMessageBytes: 8 * 1024 * 1024 };

/** The worker's end of one relay link. Delivers media once `accept` has been called. */
export class PublishSession {
  readonly hello: RelayHello;
  readonly #connection: RelayConnection;
  readonly #reader: ChunkReader;
  readonly #time: SessionTime;
  /** Number of session frames read so far. */
  #frames: number;
  /** Frames before this one are dropped: an earlier link delivered them. */
  #fromFrame = 0;
  #handler?: PublishSessionHandler;
  #early: Buffer[];
  #closed = false;
  #fault?: Error;
  readonly #faults = new FaultLimit();
  /** Nothing more is read. */
  #isUnusable = false;

  private constructor(connection: RelayConnection, hello: RelayHello, rest: Buffer) {
    this.hello = hello;
    this.#connection = connection;
    this.#early = [rest];
    this.#time = new SessionTime(hello.replayFromMs);
    this.#frames = hello.firstFrame ?? 0;
    this.#reader = new ChunkReader((message) => this.#take(message), limits, hello.chunkState);
  }

  /** Reads the hello of a link from one of our proxies, then calls `opened`, or `failed` if it is invalid. */
  static open(
    connection: RelayConnection,
    opened: (session: PublishSession) => void,
    failed: (cause: unknown) => void,
  ): void {
    let head: Buffer = Buffer.alloc(0);
    let session: PublishSession | undefined;
    const readHello = (bytes: Buffer): void => {
      head = Buffer.concat([head, bytes]);
      const decoded = decodeRelayHello(head);
      if (!decoded) return;
      session = new PublishSession(connection, decoded.hello, head.subarray(decoded.length));
      opened(session);
    };
    connection.start({
      data(bytes) {
        if (session) {
          session.#data(bytes);
          return;
        }
        try {
          readHello(bytes);
        } catch (cause) {
          failed(cause);
          connection.abort();
        }
      },
      closed(fault) {
        if (session) session.#close(fault);
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * The session frame from which another link would have to resume: everything before it has been delivered, by this link or
   * earlier ones. Undefined if the proxy doesn't count frames.
   */
  get nextFrame(): number | undefined {
    return this.hello.firstFrame === undefined ? undefined : Math.max(this.#frames, this.#fromFrame);
  }

  /** Confirms to the proxy, then delivers what has arrived and what follows; media and metadata from frame `fromFrame` on. */
  accept(
    lease: { readonly broadcastId: BroadcastId; readonly epoch: number },
    handler: PublishSessionHandler,
    fromFrame = 0,
  ): void {
    this.#handler = handler;
    this.#fromFrame = fromFrame;
    this.send({ type: 'accepted', broadcastId: lease.broadcastId, epoch: lease.epoch });
    const early = this.#early;
    this.#early = [];
    for (const bytes of early) this.#read(bytes);
    if (this.#closed) this.#close(this.#fault);
  }

  refuse(refusal: Omit<LinkFrame & { type: 'refused' }, 'type'>): void {
    this.send({ type: 'refused', ...refusal });
    this.#connection.end();
  }

  send(frame: LinkFrame): void {
    if (!this.#closed) this.#connection.write(encodeLinkFrame(frame));
  }

  /** Closes the link without a reason, so the proxy keeps the publisher and takes it to another worker. */
  leave(): void {
    this.#connection.end();
  }

  /** Sends the reason and closes the link. */
  end(reason: string): void {
    this.send({ type: 'end', reason });
    this.#connection.end();
  }

  /**
   * Something that this session sent could not be handled. It goes on, unless that happens too often. A message that is not what it
   * should be breaks nothing, however many of them there are: it does not count.
   */
  faulted(cause: unknown): void {
    if (this.#isUnusable || this.#closed) return;
    try {
      if (cause instanceof ProtocolError || !this.#faults.isReached()) this.#handler?.skipped(cause);
      else this.#giveUp(cause);
    } catch (another) {
      this.#giveUp(another);
    }
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  #data(bytes: Buffer): void {
    if (this.#isUnusable) return;
    if (this.#handler) {
      this.#read(bytes);
      return;
    }
    this.#early.push(Buffer.from(bytes));
    if (this.#early.reduce((sum, { length }) => sum + length, 0) > maxEarlyBytes) this.#connection.abort();
  }

  #read(bytes: Buffer): void {
    try {
      this.#reader.push(bytes);
    } catch (cause) {
      // Where the next message begins is unknown.
      this.#giveUp(cause);
      return;
    }
    this.#contain(() => this.#handler?.batchEnded());
  }

  /**
   * A message that this worker cannot handle, another one can't either: a broken link would make the proxy replay it there, and so
   * on for ever. So nothing that is thrown on the way of a message gets further than here.
   */
  #contain(handle: () => void): void {
    try {
      handle();
    } catch (cause) {
      this.faulted(cause);
    }
  }

  #giveUp(cause: unknown): void {
    if (this.#isUnusable) return;
    this.#isUnusable = true;
    try {
      this.#handler?.unusable(cause);
    } catch (another) {
      // Its proxy must be told all the same.
      this.#fault = another as Error;
      const status = refusalStatus({ reason: 'unreadable-media' });
      this.send({ type: 'status', ...status });
      this.end(status.description);
    }
  }

  /** What an aggregate contains counts as if it had been sent one by one. */
  #take(message: RtmpMessage): void {
    if (message.typeId !== messageType.aggregate) {
      this.#message(message);
      return;
    }
    const fault = splitAggregate(message, (inner) => this.#message(inner));
    if (fault) this.faulted(fault);
  }

  #message(message: RtmpMessage): void {
    if (this.#isUnusable) return;
    this.#contain(() => this.#handle(message));
    this.#faults.messagePassed();
  }

  #handle(message: RtmpMessage): void {
    const { typeId, timestampMs, payload } = message;
    const isTimed = timedTypes.has(typeId);
    const sessionMs = isTimed ? this.#time.of(timestampMs) : 0;
    const isKnown = isTimed && this.#frames < this.#fromFrame;
    if (typeId === messageType.video || typeId === messageType.audio) {
      const type = mediaTypeOf(typeId);
      const packet = packetOf(type, payload);
      if (isSessionFrame(typeId, packet.byte0, packet.byte1)) this.#frames++;
      if (isKnown) return;
      if (packet.hasOtherTracks) this.#handler?.tracksIgnored(type);
      this.#handler?.media(type, timestampMs, packet.payload, sessionMs);
    } else if (isKnown) return;
    else if (isUnpublish(message)) this.#handler?.unpublished();
    else {
      const data = readMetaData(message);
      const frameRate = data?.framerate;
      const encoder = data?.encoder;
      if (!data) return;
      this.#handler?.metadata({
        ...(typeof frameRate === 'number' ? { frameRate } : {}),
        ...(typeof encoder === 'string' ? { encoder: displayText(encoder, 100) } : {}),
        announced: announcedTracks(data),
      });
    }
  }

  #close(fault: Error | undefined): void {
    this.#closed = true;
    this.#fault ??= fault;
    try {
      this.#handler?.closed(this.#fault);
    } catch (cause) {
      this.#handler?.skipped(cause);
    }
  }
}

/** Why a session was given up, for its publisher and the stream's journal. */
export function unreadable(cause: unknown): Refusal<'unreadable-media'> {
  const detail = (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
  return { reason: 'unreadable-media', detail };
}
