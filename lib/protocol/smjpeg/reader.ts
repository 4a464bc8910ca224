/** The bytes are no SMJPEG. */
export class SmjpegError extends Error {
  override readonly name = 'SmjpegError';
  readonly code = 'SMJPEG_BAD';
}

export interface SmjpegPicture {
  readonly timestampMs: number;
  readonly jpeg: Buffer;
}

/** "\0\nSMJPEG", version, duration. */
const magic = Buffer.from('\0\nSMJPEG', 'latin1');
const fileHeaderBytes = 16;
const tagBytes = 4;
const sizeBytes = 4;
/** A picture's tag, time and size. */
const pictureHeaderBytes = 12;
const mostHeaderBytes = 1024;

/**
 * Reads the pictures of an SMJPEG stream (Loki's, http://wiki.multimedia.cx/index.php/SMJPEG), split anywhere: the one format in which
 * ffmpeg writes each JPEG with its time and nothing else. Holds at most one picture of `mostBytes`. `push` throws `SmjpegError`; the
 * reader is unusable afterwards.
 */
export class SmjpegReader {
  readonly #mostBytes: number;
  #held: Buffer = Buffer.alloc(0);
  /** How many bytes of `#held` the next step takes at least. */
  #need = fileHeaderBytes;
  #state: 'file' | 'header' | 'pictures' | 'end' = 'file';

  constructor({ mostBytes = 8 * 1024 * 1024 }: { readonly mostBytes?: number } = {}) {
    this.#mostBytes = mostBytes;
  }

  push(bytes: Buffer): SmjpegPicture[] {
    if (this.#state === 'end') return [];
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const pictures: SmjpegPicture[] = [];
    let at = 0;
    while (this.#held.length - at >= this.#need && !this.#isOver) {
      const taken = this.#step(this.#held.subarray(at), pictures);
      at += taken;
    }
    this.#held = this.#isOver ? Buffer.alloc(0) : this.#held.subarray(at);
    return pictures;
  }

  get #isOver(): boolean {
    return this.#state === 'end';
  }

  /** Returns how many bytes it has taken; 0 if it needs more. */
  #step(bytes: Buffer, pictures: SmjpegPicture[]): number {
    if (this.#state === 'file') {
      if (!bytes.subarray(0, magic.length).equals(magic)) throw new SmjpegError('This is no SMJPEG');
      return this.#next('header', tagBytes, fileHeaderBytes);
    }
    const tag = bytes.toString('latin1', 0, tagBytes);
    return this.#state === 'header' ? this.#header(tag, bytes) : this.#picture(tag, bytes, pictures);
  }

  #header(tag: string, bytes: Buffer): number {
    if (tag === 'HEND') return this.#next('pictures', tagBytes, tagBytes);
    if (bytes.length < tagBytes + sizeBytes) return this.#wait(tagBytes + sizeBytes);
    const size = bytes.readUInt32BE(tagBytes);
    if (!tag.startsWith('_') || size > mostHeaderBytes) throw new SmjpegError(`No header "${tag}"`);
    const all = tagBytes + sizeBytes + size;
    return bytes.length < all ? this.#wait(all) : this.#next('header', tagBytes, all);
  }

  #picture(tag: string, bytes: Buffer, pictures: SmjpegPicture[]): number {
    if (tag === 'DONE') return this.#next('end', 0, tagBytes);
    if (tag !== 'vidD') throw new SmjpegError(`No picture "${tag}"`);
    if (bytes.length < pictureHeaderBytes) return this.#wait(pictureHeaderBytes);
    const size = bytes.readUInt32BE(8);
    if (size > this.#mostBytes) throw new SmjpegError(`A picture of ${size} bytes`);
    const all = pictureHeaderBytes + size;
    if (bytes.length < all) return this.#wait(all);
    // A copy: what was pushed has other pictures in it.
    const jpeg = Buffer.from(bytes.subarray(pictureHeaderBytes, all));
    pictures.push({ timestampMs: bytes.readUInt32BE(4), jpeg });
    return this.#next('pictures', tagBytes, all);
  }

  #wait(need: number): number {
    this.#need = need;
    return 0;
  }

  #next(state: 'header' | 'pictures' | 'end', need: number, taken: number): number {
    this.#state = state;
    this.#need = need;
    return taken;
  }
}
