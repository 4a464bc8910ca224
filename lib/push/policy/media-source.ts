import { Buffer } from 'node:buffer';
import { Timeline } from '../../encoder/publisher/policy/timeline/timeline.ts';
import { isWrapped, packetOf } from '../../protocol/flv/wrapped-packet.ts';
import { splitAggregate } from '../../protocol/rtmp/aggregate.ts';
import { encodeAmf0, firstAmf0String } from '../../protocol/rtmp/amf0.ts';
import { ChunkScanner, type ScannedMessage } from '../../protocol/rtmp/chunk-scanner.ts';
import type { ChunkState } from '../../protocol/rtmp/chunk-state.ts';
import {
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoSequenceHeader,
} from '../../protocol/rtmp/media-tag.ts';
import { messageType } from '../../protocol/rtmp/messages.ts';

/** A message from the broadcaster, as sent to every destination. Payloads are shared: don't modify them. */
export interface MediaMessage {
  readonly type: 'audio' | 'video' | 'data';
  /** Increases within audio and within video, without the broadcaster's jumps and resets. */
  readonly timeMs: number;
  readonly payload: Buffer;
  /** A decoder can begin here: a key frame, or audio if there is no video. */
  readonly start: boolean;
  /** What a decoder needs before it begins. Only the newest of each kind counts. */
  readonly header?: 'metadata' | 'video' | 'audio';
}

/** Longer metadata and sequence headers are ignored. */
const maxHeaderBytes = 64 * 1024;
/** Video counts as gone when its last frame is this far behind the audio. */
const videoGoneAfterMs = 5_000;

const setDataFrame = encodeAmf0(['@setDataFrame']);

/**
 * Parses a publisher's bytes after `publish` into messages. While nobody wants media, only metadata and sequence headers are
 * kept, so that a destination added later can begin at the next key frame.
 */
export class MediaSource {
  /** Whether media is passed on. */
  wanted = false;
  readonly #scanner: ChunkScanner;
  readonly #timeline = new Timeline();
  #headers: readonly MediaMessage[] = [];
  #videoMs = Number.NEGATIVE_INFINITY;
  #nowMs = 0;
  #taken: { message: MediaMessage; headers: readonly MediaMessage[] }[] = [];

  constructor(chunkState: ChunkState) {
    const handlers = {
      onStart: (message: ScannedMessage) => this.#wants(message),
      onEnd: (message: ScannedMessage) => this.#ended(message),
    };
    this.#scanner = new ChunkScanner(handlers, {}, chunkState);
  }

  /**
   * Returns the messages completed by `bytes`, each with the headers in force; `bytes` may be reused afterwards. `nowMs`:
   * monotonic clock. Throws `ProtocolError`; the source is unusable then.
   */
  take(
    bytes: Uint8Array,
    nowMs: number,
  ): readonly { readonly message: MediaMessage; readonly headers: readonly MediaMessage[] }[] {
    this.#nowMs = nowMs;
    if (this.#taken.length > 0) this.#taken = [];
    this.#scanner.push(bytes);
    return this.#taken;
  }

  /** Returns true to request the payload. */
  #wants({ typeId, byte0, byte1, length }: ScannedMessage): boolean {
    switch (typeId) {
      case messageType.video: {
        const mayBeHeader = isVideoSequenceHeader(byte0, byte1) || isWrapped('video', byte0);
        return this.wanted || (mayBeHeader && length <= maxHeaderBytes);
      }
      case messageType.audio: {
        const mayBeHeader = isAudioSequenceHeader(byte0, byte1) || isWrapped('audio', byte0);
        return this.wanted || (mayBeHeader && length <= maxHeaderBytes);
      }
      case messageType.dataAmf0:
      case messageType.dataAmf3:
        return length <= maxHeaderBytes;
      case messageType.aggregate:
        return true;
      default:
        return false;
    }
  }

  #ended(message: ScannedMessage): void {
    const { chunkStreamId, timestampMs, typeId, messageStreamId, payload } = message;
    if (typeId !== messageType.aggregate || payload === undefined) {
      this.#message(message);
      return;
    }
    const aggregate = { chunkStreamId, timestampMs, typeId, messageStreamId, payload };
    splitAggregate(aggregate, (inner) => {
      const [byte0 = -1, byte1 = -1] = inner.payload;
      // A copy: the view would keep the whole aggregate in the queues.
      this.#message({ ...inner, byte0, byte1, payload: Buffer.from(inner.payload) });
    });
  }

  #message(message: Pick<ScannedMessage, 'typeId' | 'timestampMs' | 'byte0' | 'byte1' | 'payload'>): void {
    switch (message.typeId) {
      case messageType.video:
        this.#media('video', message);
        break;
      case messageType.audio:
        this.#media('audio', message);
        break;
      case messageType.dataAmf0:
        this.#data(message.payload);
        break;
      case messageType.dataAmf3:
        // A zero byte, then AMF 0; no other format is in use.
        if (message.payload?.[0] === 0) this.#data(message.payload.subarray(1));
        break;
    }
  }

  #media(
    type: 'video' | 'audio',
    message: Pick<ScannedMessage, 'timestampMs' | 'byte0' | 'byte1' | 'payload'>,
  ): void {
    const { timestampMs } = message;
    // Destinations need not understand more than plain packets of one track.
    const packet = message.payload && packetOf(type, message.payload);
    const { byte0, byte1, payload } = packet ?? message;
    if (packet?.hasOtherTracks && packet.payload.length === 0) return;
    const isHeader = type === 'video' ? isVideoSequenceHeader : isAudioSequenceHeader;
    if (isHeader(byte0, byte1)) {
      if (payload !== undefined && payload.length <= maxHeaderBytes) this.#header(type, type, payload);
      return;
    }
    const { streamMs: timeMs } = this.#timeline.place(type, timestampMs, this.#nowMs);
    if (type === 'video') this.#videoMs = timeMs;
    if (payload === undefined || !this.wanted || payload.length === 0) return;
    const start =
      type === 'video' ? isVideoKeyframe(byte0, byte1) : timeMs - this.#videoMs > videoGoneAfterMs;
    this.#hand({ type, timeMs, payload, start });
  }

  #data(payload: Buffer | undefined): void {
    if (payload === undefined) return;
    const name = firstAmf0String(payload);
    if (name === '@setDataFrame') this.#header('data', 'metadata', payload);
    else if (name === 'onMetaData') this.#header('data', 'metadata', Buffer.concat([setDataFrame, payload]));
    else if (this.wanted) this.#hand({ type: 'data', timeMs: this.#endMs, payload, start: false });
  }

  #header(type: MediaMessage['type'], header: NonNullable<MediaMessage['header']>, payload: Buffer): void {
    const message: MediaMessage = { type, timeMs: this.#endMs, payload, start: false, header };
    const order = ['metadata', 'video', 'audio'];
    this.#headers = [...this.#headers.filter((other) => other.header !== header), message].sort(
      (a, b) => order.indexOf(a.header ?? '') - order.indexOf(b.header ?? ''),
    );
    if (this.wanted) this.#hand(message);
  }

  /** Before anything has arrived: the time at which the first message will be placed. */
  get #endMs(): number {
    return Math.max(0, this.#timeline.endMs);
  }

  #hand(message: MediaMessage): void {
    this.#taken.push({ message, headers: this.#headers });
  }
}
