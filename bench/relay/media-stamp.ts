/**
 * The last bytes of each audio and video message of the load: which publisher sent it, its sequence number, and when its last
 * byte was written. The sink derives loss and latency from it.
 */
export interface MediaStamp {
  readonly publisher: number;
  /** From 0, counting audio and video together. */
  readonly sequence: number;
  readonly sentMs: number;
}

export const stampBytes = 14;

/** The same clock in every process of the machine, in ms. */
export const machineNowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Writes a stamp that ends at `end`. */
export function writeStamp(bytes: Buffer, end: number, stamp: MediaStamp): void {
  bytes.writeUInt16BE(stamp.publisher, end - 14);
  bytes.writeUInt32BE(stamp.sequence, end - 12);
  bytes.writeDoubleBE(stamp.sentMs, end - 8);
}

export function readStamp(payload: Buffer): MediaStamp {
  const end = payload.length;
  return {
    publisher: payload.readUInt16BE(end - 14),
    sequence: payload.readUInt32BE(end - 12),
    sentMs: payload.readDoubleBE(end - 8),
  };
}
