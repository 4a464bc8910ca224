import { decodeRelayHello } from '../../lib/protocol/relay/hello.ts';
import { encodeLinkFrame } from '../../lib/protocol/relay/link-frames.ts';
import type { AckCounter } from '../../lib/protocol/rtmp/acknowledgement.ts';
import { ChunkScanner, type ScannedMessage } from '../../lib/protocol/rtmp/chunk-scanner.ts';
import type { ChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import {
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoSequenceHeader,
} from '../../lib/protocol/rtmp/media-tag.ts';
import { encodeControl, messageType } from '../../lib/protocol/rtmp/messages.ts';
import { RtmpServerSession } from '../../lib/protocol/rtmp/server-session.ts';
import type { BroadcastId } from '../../lib/routing/ids.ts';

export interface SinkHandlers {
  /** An audio or video message that isn't a sequence header. */
  media(payload: Buffer): void;
  send(bytes: Buffer): void;
  close(): void;
}

/** What relays deliver media to: bytes in, media out. */
export interface SinkSession {
  push(bytes: Buffer): void;
  /** Confirms everything that arrived, if the link supports it. Called every second. */
  confirm(): void;
  /** Bytes since the last confirmed key frame: what a relay with replay has to keep. */
  readonly unconfirmedBytes: number;
}

/** The media handling that both kinds of session share. */
class MediaScan {
  readonly #scanner: ChunkScanner;
  /** For each key frame since the last confirmed one: where its message begins, and its timestamp. */
  #keyframes: { at: number; timestampMs: number }[] = [];
  #firstMs: number | undefined;
  #latestMs = 0;

  constructor(handlers: SinkHandlers, state: ChunkState) {
    this.#scanner = new ChunkScanner(
      {
        onStart: (message) => this.#start(message),
        onEnd: ({ payload, timestampMs, typeId }) => {
          if (payload === undefined || !isMedia(typeId)) return;
          this.#firstMs ??= timestampMs;
          this.#latestMs = timestampMs;
          handlers.media(payload);
        },
      },
      {},
      state,
    );
  }

  push(bytes: Uint8Array): void {
    this.#scanner.push(bytes);
  }

  /** Confirms everything so far; returns the session time confirmed, in ms. */
  confirm(): number {
    const keep = this.#keyframes.findLastIndex(({ timestampMs }) => timestampMs <= this.#latestMs);
    if (keep > 0) this.#keyframes.splice(0, keep);
    return this.#latestMs - (this.#firstMs ?? this.#latestMs);
  }

  get unconfirmedBytes(): number {
    return this.#scanner.scannedBytes - (this.#keyframes[0]?.at ?? 0);
  }

  #start(message: ScannedMessage): boolean {
    const { typeId, byte0, byte1, timestampMs } = message;
    if (typeId === messageType.audio) return !isAudioSequenceHeader(byte0, byte1);
    if (typeId !== messageType.video || isVideoSequenceHeader(byte0, byte1)) return false;
    if (isVideoKeyframe(byte0, byte1)) {
      this.#keyframes.push({ at: this.#scanner.scannedBytes + message.start, timestampMs });
    }
    return true;
  }
}

const isMedia = (typeId: number): boolean => typeId === messageType.audio || typeId === messageType.video;

/** An RTMP server that lets anyone publish: behind HAProxy and nginx-rtmp. */
export function rtmpSession(handlers: SinkHandlers): SinkSession {
  const session = new RtmpServerSession();
  let media: MediaScan | undefined;
  let acknowledgement: AckCounter | undefined;
  const command = (bytes: Buffer): void => {
    for (const action of session.push(bytes)) {
      if (action.type === 'send') handlers.send(action.bytes);
      else if (action.type !== 'publish') handlers.close();
      else {
        handlers.send(session.accept());
        const handover = session.handover();
        acknowledgement = handover.acknowledgement;
        media = new MediaScan(handlers, handover.chunkState);
        media.push(handover.rest);
      }
    }
  };
  return {
    push(bytes) {
      if (media === undefined) {
        command(bytes);
        return;
      }
      media.push(bytes);
      const sequenceNumber = acknowledgement?.received(bytes.length);
      if (sequenceNumber !== undefined) {
        handlers.send(session.write(encodeControl({ kind: 'acknowledgement', sequenceNumber })));
      }
    },
    confirm() {
      media?.confirm();
    },
    get unconfirmedBytes() {
      return media?.unconfirmedBytes ?? 0;
    },
  };
}

/** A worker's end of the relay link that accepts every stream: behind our proxy. */
export function relaySession(handlers: SinkHandlers): SinkSession {
  let held: Buffer = Buffer.alloc(0);
  let media: MediaScan | undefined;
  return {
    push(bytes) {
      if (media !== undefined) {
        media.push(bytes);
        return;
      }
      held = Buffer.concat([held, bytes]);
      const decoded = decodeRelayHello(held);
      if (decoded === undefined) return;
      const broadcastId = '0123456789abcdef' as BroadcastId;
      handlers.send(encodeLinkFrame({ type: 'accepted', broadcastId, epoch: 1 }));
      media = new MediaScan(handlers, decoded.hello.chunkState);
      media.push(held.subarray(decoded.length));
      held = Buffer.alloc(0);
    },
    confirm() {
      if (media === undefined) return;
      handlers.send(encodeLinkFrame({ type: 'published-through', timestampMs: media.confirm() }));
    },
    get unconfirmedBytes() {
      return media?.unconfirmedBytes ?? 0;
    },
  };
}
