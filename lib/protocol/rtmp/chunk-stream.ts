import type { Buffer } from 'node:buffer';
import type { ScannedMessage } from './chunk-scanner.ts';
import type { ChunkStreamState } from './chunk-state.ts';

/** One chunk stream of a scanner: its last message header, and how far the present message has come. */
export class ChunkStream implements ScannedMessage {
  readonly chunkStreamId: number;
  timestampMs = 0;
  timestampDeltaMs = 0;
  length = 0;
  typeId = 0;
  messageStreamId = 0;
  extendedTimestamp = false;

  /** A message is partial. */
  active = false;
  /** `onStart` has been called for it. */
  started = false;
  received = 0;
  byte0 = -1;
  byte1 = -1;
  /** Offset of the message's first header byte in all that was scanned. */
  startAt = 0;
  start = 0;
  end = 0;
  cleanStart = false;
  cleanEnd = false;
  payload: Buffer | undefined = undefined;
  /** Payload so far, with room to grow; undefined where nobody asked for it. */
  kept: Buffer | undefined = undefined;
  keptBytes = 0;
  /** The header byte of a chunk that goes on with a message, -1 where such a header is longer than a byte. */
  continuation: number;

  constructor(chunkStreamId: number) {
    this.chunkStreamId = chunkStreamId;
    this.continuation = chunkStreamId > 63 ? -1 : 0xc0 | chunkStreamId;
  }

  restore(state: ChunkStreamState): void {
    this.timestampMs = state.timestampMs;
    this.timestampDeltaMs = state.timestampDeltaMs;
    this.length = state.length;
    this.typeId = state.typeId;
    this.messageStreamId = state.messageStreamId;
    this.setExtendedTimestamp(state.extendedTimestamp);
  }

  setExtendedTimestamp(extended: boolean): void {
    this.extendedTimestamp = extended;
    this.continuation = extended || this.chunkStreamId > 63 ? -1 : 0xc0 | this.chunkStreamId;
  }

  save(): ChunkStreamState {
    return {
      chunkStreamId: this.chunkStreamId,
      timestampMs: this.timestampMs,
      timestampDeltaMs: this.timestampDeltaMs,
      length: this.length,
      typeId: this.typeId,
      messageStreamId: this.messageStreamId,
      extendedTimestamp: this.extendedTimestamp,
    };
  }

  /** Forgets the present message, which ended or was aborted. */
  close(): void {
    this.active = false;
    this.received = 0;
    this.kept = undefined;
    this.keptBytes = 0;
  }
}
