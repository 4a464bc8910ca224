import { isWrapped, maxPrefixBytes, packetOf } from '../../protocol/flv/wrapped-packet.ts';
import { isSessionFrame } from '../../protocol/relay/session-frame.ts';
import type { AckCounter } from '../../protocol/rtmp/acknowledgement.ts';
import { splitAggregate } from '../../protocol/rtmp/aggregate.ts';
import type { RtmpMessage } from '../../protocol/rtmp/chunk-reader.ts';
import { ChunkScanner, type ScannedMessage } from '../../protocol/rtmp/chunk-scanner.ts';
import type { ChunkState } from '../../protocol/rtmp/chunk-state.ts';
import { decodeCommand, isUnpublish } from '../../protocol/rtmp/commands.ts';
import { ProtocolError } from '../../protocol/rtmp/errors.ts';
import {
  type ControlMessage,
  decodeControl,
  encodeControl,
  mediaTypeOf,
  messageType,
} from '../../protocol/rtmp/messages.ts';
import { DecoderStarts } from './decoder-starts.ts';
import { KeptHeaders, maxKeptBytes, prologueOf, tooLong } from './kept-headers.ts';
import { ReplayLog, type ReplayPoint } from './replay-log.ts';
import { startSearchBytes } from './unflagged-start.ts';

export interface PublisherStreamOptions {
  /** From the session's handover. */
  readonly chunkState: ChunkState;
  readonly acknowledgement: AckCounter;
  /** The most to keep for a replay. */
  readonly replayMaxBytes: number;
  /** Called with passed memory that no longer holds any kept byte. */
  readonly release: (memory: Buffer) => void;
  /** A message cannot be read, or not all of it. Workers get it all the same, and skip it. @default nobody is told */
  readonly unreadable?: (cause: ProtocolError) => void;
}

/** Servers that send aggregate messages fill them up to 64 KiB. */
const maxAggregateBytes = 2 * 1024 * 1024;

/** A position that becomes a point once it is known what a reader that begins there can begin with. */
type Cut = Omit<ReplayPoint, 'timestampMs' | 'timeMs'>;

/** What to send a new worker before live bytes. */
export interface Replay {
  /** Bytes of the session before it; identifies the point. */
  readonly offset: number;
  readonly chunkState: ChunkState;
  /** Frames of the session before it. */
  readonly firstFrame: number;
  /** Session time of the first message; the prologue's messages carry it, too. */
  readonly fromMs: number;
  /** Metadata and sequence headers, then the publisher's bytes since that point. */
  readonly pieces: readonly Buffer[];
}

/**
 * A publisher's bytes after `publish`: where messages begin, what must be answered, and what must be kept so that another
 * worker can take over. Has no socket: the relay passes in what it reads and sends what this returns.
 */
export class PublisherStream {
  readonly #scanner: ChunkScanner;
  readonly #log: ReplayLog;
  readonly #acknowledgement: AckCounter;
  readonly #unreadable: (cause: ProtocolError) => void;
  readonly #headers: KeptHeaders;
  readonly #starts = new DecoderStarts();
  /** Complete frames. */
  #frames = 0;
  #unpublished = false;
  /** Lengths of the aggregate messages that have begun and not ended. */
  #aggregateBytes = 0;
  /** What follows the end of the stream. */
  #rest: Buffer[] = [];
  /** Where a message begins that may turn out to contain a starting point. */
  #cut: Cut | undefined;
  #replies: RtmpMessage[] = [];

  constructor(options: PublisherStreamOptions) {
    const handlers = {
      onStart: (message: ScannedMessage) => this.#started(message),
      onEnd: (message: ScannedMessage) => this.#ended(message),
    };
    this.#scanner = new ChunkScanner(handlers, {}, options.chunkState);
    this.#acknowledgement = options.acknowledgement;
    this.#unreadable = options.unreadable ?? (() => {});
    this.#headers = new KeptHeaders(this.#unreadable);
    const first: ReplayPoint = {
      offset: 0,
      frames: 0,
      timeMs: 0,
      timestampMs: 0,
      missesThroughMs: Number.NEGATIVE_INFINITY,
      state: options.chunkState,
      headers: [],
    };
    this.#log = new ReplayLog(first, { maxBytes: options.replayMaxBytes, release: options.release });
  }

  /** The publisher itself ended its stream (FCUnpublish, deleteStream, closeStream). */
  get unpublished(): boolean {
    return this.#unpublished;
  }

  /**
   * Once `unpublished`: what the publisher sent after it, and the state to read that with. Undefined if the end lies inside another
   * message.
   */
  get afterEnd(): { readonly chunkState: ChunkState; readonly rest: Buffer } | undefined {
    if (!this.#scanner.clean) return undefined;
    return { chunkState: this.#scanner.snapshot(), rest: Buffer.concat(this.#rest) };
  }

  /** Session time of the latest media. */
  get latestMs(): number {
    return Math.max(this.#starts.latestMs, 0);
  }

  /** Session time of the last point at which a worker could start. */
  get pointMs(): number {
    return this.#starts.pointMs;
  }

  /** If more is read before more is published, a replay may lack media. */
  get isFull(): boolean {
    return this.#log.isFull;
  }

  get heldBytes(): number {
    return this.#log.heldBytes;
  }

  /**
   * Takes bytes that lie in `memory` and don't change while they are kept; without `memory`, keeps a copy. Returns the messages to
   * answer with, and whether unpublished media had to be dropped to stay within bounds. Throws `ProtocolError`; close the publisher then.
   */
  take(
    bytes: Buffer,
    options: { memory?: Buffer; counted?: boolean } = {},
  ): { replies: readonly RtmpMessage[]; overflowed: boolean } {
    if (this.#replies.length > 0) this.#replies = [];
    if (!options.counted) {
      const sequenceNumber = this.#acknowledgement.received(bytes.length);
      if (sequenceNumber !== undefined) this.#reply({ kind: 'acknowledgement', sequenceNumber });
    }
    if (this.#unpublished) {
      this.#rest.push(Buffer.from(bytes));
      return { replies: this.#replies, overflowed: false };
    }
    const overflowed = this.#log.append(bytes, options.memory);
    const used = this.#scanner.push(bytes);
    if (used < bytes.length) this.#rest.push(Buffer.from(bytes.subarray(used)));
    return { replies: this.#replies, overflowed };
  }

  /** Media through session time `timeMs` is in the origin. */
  publishedThrough(timeMs: number): void {
    this.#log.publishedThrough(timeMs);
  }

  /** What another worker needs to take over; undefined if it must wait for the next key frame. */
  replay(): Replay | undefined {
    const replay = this.#log.replay();
    if (replay === undefined) return undefined;
    const { point, pieces } = replay;
    const { offset } = point;
    return {
      offset,
      chunkState: point.state,
      firstFrame: point.frames,
      fromMs: point.timeMs,
      pieces: [...prologueOf(point), ...pieces],
    };
  }

  /** Releases everything kept. */
  clear(): void {
    this.#log.clear();
  }

  #reply(message: Parameters<typeof encodeControl>[0]): void {
    this.#replies.push(encodeControl(message));
  }

  /** Returns true to request the payload, or how much of it. */
  #started(message: ScannedMessage): boolean | number {
    const { typeId, byte0, byte1 } = message;
    const short = message.length <= maxKeptBytes;
    switch (typeId) {
      case messageType.video:
      case messageType.audio: {
        if (isWrapped(mediaTypeOf(typeId), byte0)) {
          if (message.cleanStart) this.#cut = this.#cutAt(message, this.#starts.latestMs);
          return short || Math.max(maxPrefixBytes, startSearchBytes);
        }
        const before = this.#starts.latestMs;
        const { timeMs, start } = this.#starts.media(message);
        const isFrame = isSessionFrame(typeId, byte0, byte1);
        if (message.cleanStart && start)
          this.#mark(this.#cutAt(message, before), message.timestampMs, timeMs);
        else if (
          message.cleanStart &&
          isFrame &&
          typeId === messageType.video &&
          this.#starts.isSearching(timeMs)
        ) {
          this.#cut = this.#cutAt(message, before);
          return startSearchBytes;
        }
        return short && !isFrame;
      }
      case messageType.aggregate:
        this.#openAggregate(message.length);
        if (message.cleanStart) this.#cut = this.#cutAt(message, this.#starts.latestMs);
        return true;
      case messageType.dataAmf0:
      case messageType.dataAmf3:
        this.#starts.data(message.timestampMs);
        return short;
      case messageType.commandAmf0:
      case messageType.commandAmf3:
      case messageType.userControl:
      case messageType.windowAckSize:
        return short;
      default:
        return false;
    }
  }

  /** Their payloads are kept until they are complete, on any number of chunk streams at once. */
  #openAggregate(bytes: number): void {
    this.#aggregateBytes += bytes;
    if (this.#aggregateBytes <= maxAggregateBytes) return;
    throw new ProtocolError(
      'TOO_MUCH_PARTIAL',
      `incomplete aggregate messages exceed ${maxAggregateBytes} bytes`,
    );
  }

  /** In `onStart` of a message with a `cleanStart`. Undefined if the log has no room for another point. */
  #cutAt(message: ScannedMessage, missesThroughMs: number): Cut | undefined {
    if (!this.#log.hasRoomForPoint(this.#scanner.chunkStreams)) return undefined;
    return {
      offset: this.#scanner.scannedBytes + message.start,
      // No message is partial here, so every one that began earlier has been counted.
      frames: this.#frames,
      missesThroughMs,
      state: this.#scanner.snapshotAtStart(),
      headers: this.#headers.inForce(),
    };
  }

  #mark(cut: Cut | undefined, timestampMs: number, timeMs: number): void {
    this.#starts.marked(timeMs);
    if (cut) this.#log.mark({ ...cut, timestampMs, timeMs });
  }

  /**
   * A message that shows only now what it is: an aggregate, whose contents count as if they had been sent one by one, or a wrapped
   * packet. A reader can only begin before the whole. The point has the time of the first message that a decoder can begin with, which
   * the headers before it carry; those before that are late.
   */
  #contents(message: RtmpMessage, isWhole: boolean, cut: Cut | undefined): void {
    let point: { timestampMs: number; timeMs: number } | undefined;
    const read = (inner: RtmpMessage): void => {
      const { typeId, messageStreamId, timestampMs } = inner;
      // A copy: the view would keep the whole aggregate.
      const header = (bytes: Buffer): void => {
        if (!isWhole || bytes.length === 0 || bytes.length > maxKeptBytes) return;
        this.#headers.keep({ typeId, messageStreamId, payload: Buffer.from(bytes) });
      };
      if (typeId !== messageType.video && typeId !== messageType.audio) {
        this.#starts.data(timestampMs);
        if (inner.payload.length > maxKeptBytes) this.#unreadable(tooLong(inner.payload.length));
        header(inner.payload);
        return;
      }
      const { byte0, byte1, payload } = packetOf(mediaTypeOf(typeId), inner.payload);
      const { timeMs, start } = this.#starts.media({ typeId, timestampMs, byte0, byte1 });
      if (
        payload.length > 0 &&
        (start ||
          (typeId === messageType.video && this.#starts.canBeginAt(payload, this.#headers.video, timeMs)))
      )
        point ??= { timestampMs, timeMs };
      if (isSessionFrame(typeId, byte0, byte1)) this.#frames++;
      else header(payload);
    };
    if (message.typeId !== messageType.aggregate) read(message);
    else {
      const fault = splitAggregate(message, read);
      if (fault) this.#unreadable(fault);
    }
    // Without headers the reader's time would begin with another message.
    if (point && cut && cut.headers.length > 0) this.#mark(cut, point.timestampMs, point.timeMs);
  }

  #ended(message: ScannedMessage): void {
    const { typeId, messageStreamId, payload, byte0, byte1, length } = message;
    if (typeId === messageType.aggregate) this.#aggregateBytes -= length;
    const isMedia = typeId === messageType.video || typeId === messageType.audio;
    const isContainer =
      typeId === messageType.aggregate || (isMedia && isWrapped(mediaTypeOf(typeId), byte0));
    if (!isContainer && isSessionFrame(typeId, byte0, byte1)) this.#frames++;
    if (payload === undefined) {
      if (typeId === messageType.dataAmf0 || typeId === messageType.dataAmf3)
        this.#unreadable(tooLong(length));
      return;
    }
    const { chunkStreamId, timestampMs, cleanStart } = message;
    const cut = cleanStart ? this.#cut : undefined;
    if (typeId === messageType.video && !isContainer && isSessionFrame(typeId, byte0, byte1)) {
      // Its time has been counted where it started.
      const timeMs = this.#starts.videoMs;
      if (cut && this.#starts.canBeginAt(payload, this.#headers.video, timeMs))
        this.#mark(cut, timestampMs, timeMs);
      return;
    }
    const whole: RtmpMessage = { chunkStreamId, timestampMs, typeId, messageStreamId, payload };
    if (isContainer) this.#contents(whole, payload.length === length, cut);
    else if (!this.#headers.keep({ typeId, messageStreamId, payload })) this.#control(whole);
  }

  #control(message: RtmpMessage): void {
    if (isUnpublish(message)) {
      this.#unpublished = true;
      this.#scanner.pause();
    }
    const control = this.#understood(message);
    if (control?.kind === 'ping-request') this.#reply({ ...control, kind: 'ping-response' });
    if (control?.kind === 'window-ack-size') this.#acknowledgement.setWindow(control.windowBytes);
  }
  /** Commands other than the end of the stream have no effect any more, but one that can't be read is worth a log line. */
  #understood(message: RtmpMessage): ControlMessage | undefined {
    try {
      decodeCommand(message);
      return decodeControl(message);
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      this.#unreadable(cause);
      return undefined;
    }
  }
}
