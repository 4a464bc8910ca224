import { FlvError } from './errors.ts';
import { type FlvTag, type FlvTagType, tagHeaderBytes } from './tag.ts';

const fileHeaderBytes = 9;
/** No muxer writes a longer file header; a larger DataOffset is garbage. */
const maxDataOffsetBytes = 1024;
const types = new Map<number, FlvTagType>([
  [8, 'audio'],
  [9, 'video'],
  [18, 'script'],
]);

type Expect = 'file-header' | 'first-trailer' | 'tag-header' | 'payload' | 'trailer';

/**
 * Reads an FLV stream, split anywhere (FLV specification 10.1, annex E). Holds at most one incomplete tag of `maxTagBytes`
 * (default 8 MiB). A payload is a view of the pushed bytes if the tag lies within one push, otherwise a new buffer: do not
 * reuse pushed buffers.
 *
 * `push` throws `FlvError` if the input is not FLV, and then returns none of that push's tags; the reader is unusable
 * afterwards.
 */
export class FlvReader {
  readonly #maxTagBytes: number;
  #expect: Expect = 'file-header';
  #need = fileHeaderBytes;
  /** Bytes of the current item from earlier pushes; `#have` of them are filled. */
  #partial: Buffer | undefined;
  #have = 0;
  #type: FlvTagType = 'script';
  #timestampMs = 0;
  #payloadBytes = 0;

  constructor(options: { readonly maxTagBytes?: number } = {}) {
    this.#maxTagBytes = options.maxTagBytes ?? 8 * 1024 * 1024;
  }

  /** True between two tags: an end of input here truncates nothing. */
  get atBoundary(): boolean {
    return this.#expect === 'tag-header' && this.#have === 0;
  }

  push(bytes: Buffer): FlvTag[] {
    const tags: FlvTag[] = [];
    let at = 0;
    for (;;) {
      const item = this.#take(bytes, at);
      if (item === undefined) return tags;
      at += item.consumed;
      this.#step(item.bytes, tags);
    }
  }

  /** The next `#need` bytes, taken directly from `bytes` if it has all of them. */
  #take(bytes: Buffer, at: number): { bytes: Buffer; consumed: number } | undefined {
    const wanted = this.#need - this.#have;
    const available = bytes.length - at;
    if (this.#partial === undefined && available >= wanted) {
      return { bytes: bytes.subarray(at, at + wanted), consumed: wanted };
    }
    if (available === 0) return undefined;
    this.#partial ??= Buffer.allocUnsafe(this.#need);
    const consumed = bytes.copy(this.#partial, this.#have, at, at + Math.min(wanted, available));
    this.#have += consumed;
    if (this.#have < this.#need) return undefined;
    const whole = this.#partial;
    this.#partial = undefined;
    this.#have = 0;
    return { bytes: whole, consumed };
  }

  #step(item: Buffer, tags: FlvTag[]): void {
    switch (this.#expect) {
      case 'file-header':
        this.#readFileHeader(item);
        break;
      case 'tag-header':
        this.#readTagHeader(item);
        break;
      case 'payload':
        tags.push({ type: this.#type, timestampMs: this.#timestampMs, payload: item });
        this.#next('trailer', 4);
        break;
      case 'trailer':
        if (item.readUInt32BE(0) !== tagHeaderBytes + this.#payloadBytes) {
          throw new FlvError(
            'FLV_OUT_OF_STEP',
            'PreviousTagSize does not match the size of the previous tag',
          );
        }
        this.#next('tag-header', tagHeaderBytes);
        break;
      case 'first-trailer':
        this.#next('tag-header', tagHeaderBytes);
        break;
    }
  }

  #readFileHeader(header: Buffer): void {
    const offset = header.readUInt32BE(5);
    if (header.toString('latin1', 0, 3) !== 'FLV' || header[3] !== 1) {
      throw new FlvError('FLV_BAD_HEADER', 'The input does not start with an FLV version 1 header');
    }
    if (offset < fileHeaderBytes || offset > maxDataOffsetBytes) {
      throw new FlvError('FLV_BAD_HEADER', `DataOffset ${offset} is out of range`);
    }
    this.#next('first-trailer', offset - fileHeaderBytes + 4);
  }

  #readTagHeader(header: Buffer): void {
    const type = types.get(header[0]!);
    // Bit 5 of the first byte would mean an encrypted payload (annex F): no type matches it.
    if (type === undefined) throw new FlvError('FLV_BAD_TAG', `${header[0]} is not a valid tag type`);
    const size = header.readUIntBE(1, 3);
    if (size > this.#maxTagBytes) {
      throw new FlvError(
        'FLV_TAG_TOO_LARGE',
        `A tag of ${size} bytes exceeds the limit of ${this.#maxTagBytes}`,
      );
    }
    this.#type = type;
    this.#timestampMs = header[7]! * 0x100_0000 + header.readUIntBE(4, 3);
    this.#payloadBytes = size;
    this.#next('payload', size);
  }

  #next(expect: Expect, need: number): void {
    this.#expect = expect;
    this.#need = need;
  }
}
