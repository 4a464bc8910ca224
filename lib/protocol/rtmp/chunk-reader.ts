import { Buffer } from 'node:buffer';
import { type ChunkLimits, ChunkScanner } from './chunk-scanner.ts';
import { type ChunkState, initialChunkState } from './chunk-state.ts';

/** A complete RTMP message. `timestampMs` is unsigned 32 bits, as on the wire. */
export interface RtmpMessage {
  readonly chunkStreamId: number;
  readonly timestampMs: number;
  readonly typeId: number;
  readonly messageStreamId: number;
  readonly payload: Buffer;
}

/**
 * Assembles messages from chunks (RTMP 1.0, 5.3), from bytes split anywhere. Obeys Set Chunk Size and Abort, and passes these
 * messages on too. Throws what `ChunkScanner` throws, after passing on all messages before the fault.
 */
export class ChunkReader {
  readonly #scanner: ChunkScanner;

  constructor(
    onMessage: (message: RtmpMessage) => void,
    limits: ChunkLimits = {},
    state: ChunkState = initialChunkState,
  ) {
    const handlers = {
      onStart: () => true,
      onEnd: ({ chunkStreamId, timestampMs, typeId, messageStreamId, payload }: RtmpMessageRecord) =>
        onMessage({
          chunkStreamId,
          timestampMs,
          typeId,
          messageStreamId,
          payload: payload ?? Buffer.alloc(0),
        }),
    };
    this.#scanner = new ChunkScanner(handlers, limits, state);
  }

  /** No message is partial. */
  get clean(): boolean {
    return this.#scanner.clean;
  }

  /** Reads `bytes`, which may be modified afterwards. Returns the number of bytes read: all, unless `pause` was called. */
  push(bytes: Uint8Array): number {
    return this.#scanner.push(bytes);
  }

  /** Call within `onMessage`: `push` returns after this message without reading the rest of its buffer. */
  pause(): void {
    this.#scanner.pause();
  }

  /** The state after the last message. Throws a `RangeError` if a message is partial. */
  snapshot(): ChunkState {
    return this.#scanner.snapshot();
  }
}

type RtmpMessageRecord = Omit<RtmpMessage, 'payload'> & { readonly payload: Buffer | undefined };
