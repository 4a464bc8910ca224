import { isWrapped, maxPrefixBytes, packetOf } from '../../protocol/flv/wrapped-packet.ts';
import { isSessionFrame } from '../../protocol/relay/session-frame.ts';
import { SessionTime } from '../../protocol/relay/session-time.ts';
import type { AckCounter } from '../../protocol/rtmp/acknowledgement.ts';
import { splitAggregate } from '../../protocol/rtmp/aggregate.ts';
import { firstAmf0String } from '../../protocol/rtmp/amf0.ts';
import type { RtmpMessage } from '../../protocol/rtmp/chunk-reader.ts';
import { ChunkScanner, type ScannedMessage } from '../../protocol/rtmp/chunk-scanner.ts';
import { type ChunkState, unusedChunkStreamId } from '../../protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../protocol/rtmp/chunk-writer.ts';
import { isUnpublish, readMetaData } from '../../protocol/rtmp/commands.ts';
import { ProtocolError } from '../../protocol/rtmp/errors.ts';
import { isVideoKeyframe } from '../../protocol/rtmp/media-tag.ts';
import { decodeControl, encodeControl, mediaTypeOf, messageType } from '../../protocol/rtmp/messages.ts';
import { type HeaderMessage, ReplayLog, type ReplayPoint } from './replay-log.ts';
import { isUnflaggedStart, startSearchBytes } from './unflagged-start.ts';

/** Longer metadata, sequence headers and commands are relayed without being parsed. */
const maxKeptBytes = 64 * 1024;
/** While there is no video, any complete audio message can be a starting point; one per this interval is enough. */
const audioPointEveryMs = 1_000;
/** Video counts as gone when its last frame is this far behind the audio. */
const videoGoneAfterMs = 5_000;
/** After this long without a starting point, pictures are searched for one that their headers don't name. */
const searchAfterMs = 5_000;

export interface PublisherStreamOptions {
  /** From the session's handover. */
  readonly chunkState: ChunkState;
  readonly acknowledgement: AckCounter;
  /** The most to keep for a replay. */
  readonly replayMaxBytes: number;
  /** Called with memory that no longer holds any kept byte. */
  readonly release: (memory: Buffer) => void;
  /** A message cannot be read, or not all of it. Workers get it all the same, and skip it. */
  readonly unreadable: (cause: ProtocolError) => void;
}

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
  readonly #unreadable: PublisherStreamOptions['unreadable'];
  readonly #time = new SessionTime();
  #headers: { metadata?: HeaderMessage; video?: HeaderMessage; audio?: HeaderMessage } = {};
  #latestMs = Number.NEGATIVE_INFINITY;
  #pointMs = 0;
  #videoMs = Number.NEGATIVE_INFINITY;
  /** Complete frames. */
  #frames = 0;
  #unpublished = false;
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
    this.#unreadable = options.unreadable;
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
    return Math.max(this.#latestMs, 0);
  }

  /** Session time of the last point at which a worker could start. */
  get pointMs(): number {
    return this.#pointMs;
  }

  /** If more is read before more is published, a replay may lack media. */
  get isFull(): boolean {
    return this.#log.isFull;
  }

  get heldBytes(): number {
    return this.#log.heldBytes;
  }

  /**
   * Takes bytes that lie in `memory` and don't change while they are kept. Returns the messages to answer with, and whether
   * unpublished media had to be dropped to stay within bounds. Throws `ProtocolError`; close the publisher then.
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
          if (message.cleanStart) this.#cut = this.#cutAt(message, this.#latestMs);
          return short || Math.max(maxPrefixBytes, startSearchBytes);
        }
        const before = this.#latestMs;
        const { timeMs, start } = this.#media(message);
        const isFrame = isSessionFrame(typeId, byte0, byte1);
        if (message.cleanStart && start)
          this.#mark(this.#cutAt(message, before), message.timestampMs, timeMs);
        else if (message.cleanStart && isFrame && typeId === messageType.video && this.#isSearching(timeMs)) {
          this.#cut = this.#cutAt(message, before);
          return startSearchBytes;
        }
        return short && !isFrame;
      }
      case messageType.aggregate:
        if (message.cleanStart) this.#cut = this.#cutAt(message, this.#latestMs);
        return true;
      case messageType.dataAmf0:
      case messageType.dataAmf3:
        this.#time.of(message.timestampMs);
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

  /** Counts audio or video; `start`: a decoder can begin with it. */
  #media(message: Pick<ScannedMessage, 'typeId' | 'timestampMs' | 'byte0' | 'byte1'>): {
    timeMs: number;
    start: boolean;
  } {
    const { typeId, byte0, byte1 } = message;
    const timeMs = this.#time.of(message.timestampMs);
    this.#latestMs = Math.max(this.#latestMs, timeMs);
    if (!isSessionFrame(typeId, byte0, byte1)) return { timeMs, start: false };
    if (typeId === messageType.video) {
      this.#videoMs = timeMs;
      return { timeMs, start: isVideoKeyframe(byte0, byte1) };
    }
    const isVideoGone = timeMs - this.#videoMs > videoGoneAfterMs;
    return { timeMs, start: isVideoGone && timeMs - this.#pointMs >= audioPointEveryMs };
  }

  /** In `onStart` of a message with a `cleanStart`. */
  #cutAt(message: ScannedMessage, missesThroughMs: number): Cut {
    const { metadata, video, audio } = this.#headers;
    return {
      offset: this.#scanner.scannedBytes + message.start,
      // No message is partial here, so every one that began earlier has been counted.
      frames: this.#frames,
      missesThroughMs,
      state: this.#scanner.snapshotAtStart(),
      headers: [metadata, video, audio].filter((header) => header !== undefined),
    };
  }

  #mark(cut: Cut, timestampMs: number, timeMs: number): void {
    this.#pointMs = timeMs;
    this.#log.mark({ ...cut, timestampMs, timeMs });
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
        this.#header({ typeId, messageStreamId, payload: Buffer.from(bytes) });
      };
      if (typeId !== messageType.video && typeId !== messageType.audio) {
        this.#time.of(timestampMs);
        if (inner.payload.length > maxKeptBytes) this.#unreadable(tooLong(inner.payload.length));
        header(inner.payload);
        return;
      }
      const { byte0, byte1, payload } = packetOf(mediaTypeOf(typeId), inner.payload);
      const { timeMs, start } = this.#media({ typeId, timestampMs, byte0, byte1 });
      if (
        payload.length > 0 &&
        (start || (typeId === messageType.video && this.#canBeginAt(payload, timeMs)))
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
      const timeMs = this.#videoMs;
      if (cut && this.#canBeginAt(payload, timeMs)) this.#mark(cut, timestampMs, timeMs);
      return;
    }
    const whole: RtmpMessage = { chunkStreamId, timestampMs, typeId, messageStreamId, payload };
    if (isContainer) this.#contents(whole, payload.length === length, cut);
    else if (!this.#header({ typeId, messageStreamId, payload })) this.#control(whole);
  }

  /** No starting point came for a while. */
  #isSearching(timeMs: number): boolean {
    return timeMs - this.#pointMs >= searchAfterMs;
  }

  /** Decoding can begin at a picture, though its message doesn't say so. */
  #canBeginAt(payload: Buffer, timeMs: number): boolean {
    const header = this.#headers.video?.payload;
    return header !== undefined && this.#isSearching(timeMs) && isUnflaggedStart(payload, header);
  }

  /** Keeps metadata and sequence headers. Returns false if it's neither media nor data. */
  #header(header: HeaderMessage): boolean {
    const { typeId } = header;
    if (typeId === messageType.video) this.#headers = { ...this.#headers, video: header };
    else if (typeId === messageType.audio) this.#headers = { ...this.#headers, audio: header };
    else if (typeId === messageType.dataAmf0 || typeId === messageType.dataAmf3) this.#data(header);
    else return false;
    return true;
  }

  #data(header: HeaderMessage): void {
    try {
      readMetaData(header);
    } catch (cause) {
      // What the next worker can't read either isn't kept for it.
      if (!(cause instanceof ProtocolError)) throw cause;
      this.#unreadable(cause);
      return;
    }
    const { typeId, payload } = header;
    const amf3 = typeId === messageType.dataAmf3 && payload[0] === 0;
    const name = firstAmf0String(amf3 ? payload.subarray(1) : payload);
    if (name === '@setDataFrame' || name === 'onMetaData')
      this.#headers = { ...this.#headers, metadata: header };
  }

  #control(message: RtmpMessage): void {
    if (isUnpublish(message)) {
      this.#unpublished = true;
      this.#scanner.pause();
    }
    const control = decodeControl(message);
    if (control?.kind === 'ping-request') this.#reply({ ...control, kind: 'ping-response' });
    if (control?.kind === 'window-ack-size') this.#acknowledgement.setWindow(control.windowBytes);
  }
}

const tooLong = (bytes: number): ProtocolError =>
  new ProtocolError(
    'MESSAGE_TOO_LONG',
    `a data message of ${bytes} bytes exceeds the limit of ${maxKeptBytes}`,
  );

/**
 * The headers in force at a point, on a chunk stream that the publisher doesn't use, in chunks of the size that its reader
 * expects.
 */
function prologueOf({ state, timestampMs, headers }: ReplayPoint): Buffer[] {
  const writer = new ChunkWriter(state.chunkSize);
  const chunkStreamId = unusedChunkStreamId(state);
  return headers.map((header) => writer.write({ ...header, chunkStreamId, timestampMs }));
}
