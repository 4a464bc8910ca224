import { firstAmf0String } from '../../protocol/rtmp/amf0.ts';
import { unusedChunkStreamId } from '../../protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../protocol/rtmp/chunk-writer.ts';
import { readMetaData } from '../../protocol/rtmp/commands.ts';
import { ProtocolError } from '../../protocol/rtmp/errors.ts';
import { messageType } from '../../protocol/rtmp/messages.ts';
import type { HeaderMessage, ReplayPoint } from './replay-log.ts';

/** Longer metadata, sequence headers and commands are relayed without being parsed. */
export const maxKeptBytes = 64 * 1024;

/** A data message that is too long to be kept. */
export const tooLong = (bytes: number): ProtocolError =>
  new ProtocolError(
    'MESSAGE_TOO_LONG',
    `a data message of ${bytes} bytes exceeds the limit of ${maxKeptBytes}`,
  );

/** The latest metadata and sequence headers of a publisher, which a worker needs before any media. */
export class KeptHeaders {
  readonly #unreadable: (cause: ProtocolError) => void;
  #metadata: HeaderMessage | undefined;
  #video: HeaderMessage | undefined;
  #audio: HeaderMessage | undefined;

  /** `unreadable` is called with what is wrong with a data message, which isn't kept then. */
  constructor(unreadable: (cause: ProtocolError) => void) {
    this.#unreadable = unreadable;
  }

  /** The payload of the video sequence header. */
  get video(): Buffer | undefined {
    return this.#video?.payload;
  }

  /** In the order to send. */
  inForce(): readonly HeaderMessage[] {
    return [this.#metadata, this.#video, this.#audio].filter((header) => header !== undefined);
  }

  /** Keeps metadata and sequence headers. Returns false if it's neither media nor data. */
  keep(header: HeaderMessage): boolean {
    const { typeId } = header;
    if (typeId === messageType.video) this.#video = header;
    else if (typeId === messageType.audio) this.#audio = header;
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
    if (name === '@setDataFrame' || name === 'onMetaData') this.#metadata = header;
  }
}

/**
 * The headers in force at a point, on a chunk stream that the publisher doesn't use, in chunks of the size that its reader
 * expects.
 */
export function prologueOf({ state, timestampMs, headers }: ReplayPoint): Buffer[] {
  const writer = new ChunkWriter(state.chunkSize);
  const chunkStreamId = unusedChunkStreamId(state);
  return headers.map((header) => writer.write({ ...header, chunkStreamId, timestampMs }));
}
