/** Markers of JPEG (ITU-T T.81 B.1.1.3). */
const startOfImage = Buffer.from([0xff, 0xd8]);
const endOfImage = Buffer.from([0xff, 0xd9]);
const marker = {
  baseline: 0xc0,
  restart: 0xd0,
  startOfScan: 0xda,
  restartInterval: 0xdd,
  comment: 0xfe,
} as const;
/** A comment's length is 16 bits, and these two count. */
const mostComment = 0xffff - 2;

/** A baseline JPEG of one scan without restart intervals, in its parts. */
export interface JpegPicture {
  readonly width: number;
  readonly height: number;
  /** From behind the start of the image up to the scan's data, with the picture's height in it. */
  readonly head: Buffer;
  /** Where in the head the height is. */
  readonly heightAt: number;
  /** Where in the head the scan's header begins. */
  readonly scanAt: number;
  readonly scan: Buffer;
  /** Pixels that the smallest coded unit covers. */
  readonly unit: { readonly width: number; readonly height: number };
}

/** Takes a JPEG apart; undefined if it is none, or made in a way that can't be joined to others. */
export function readJpeg(bytes: Buffer): JpegPicture | undefined {
  if (bytes.length < 4 || !bytes.subarray(0, 2).equals(startOfImage)) return undefined;
  let frame: Pick<JpegPicture, 'width' | 'height' | 'unit' | 'heightAt'> | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const kind = bytes[at + 1]!;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length || kind === marker.restartInterval || isOtherFrame(kind)) return undefined;
    if (kind === marker.baseline) frame = readFrame(bytes, at, end);
    if (kind === marker.startOfScan) {
      const scan = scanOf(bytes, end);
      if (!frame || !scan) return undefined;
      return { ...frame, head: bytes.subarray(2, end), scanAt: at - 2, scan };
    }
    at = end;
  }
  return undefined;
}

/** Progressive and the like (B.1.1.3, table B.1): C4, C8 and CC are no frames. */
const isOtherFrame = (kind: number): boolean =>
  kind > marker.baseline && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc;

/** Frame header: B.2.2. */
function readFrame(
  bytes: Buffer,
  at: number,
  end: number,
): Pick<JpegPicture, 'width' | 'height' | 'unit' | 'heightAt'> | undefined {
  if (end < at + 10) return undefined;
  const components = bytes[at + 9]!;
  if (end < at + 10 + 3 * components) return undefined;
  let [across, down] = [1, 1];
  for (let each = 0; each < components; each++) {
    const factors = bytes[at + 11 + 3 * each]!;
    across = Math.max(across, factors >> 4);
    down = Math.max(down, factors & 15);
  }
  return {
    height: bytes.readUInt16BE(at + 5),
    width: bytes.readUInt16BE(at + 7),
    heightAt: at + 5 - 2,
    unit: { width: 8 * across, height: 8 * down },
  };
}

/** The data of the only scan: no marker is in it but the escaped FF (B.1.1.5). */
function scanOf(bytes: Buffer, from: number): Buffer | undefined {
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 2)
  ) {
    if (bytes[at + 1] === 0xd9) return bytes.subarray(from, at);
    if (bytes[at + 1] !== 0) return undefined;
  }
  return undefined;
}

/** Whether the pictures can be put below one another as they are: same size, same tables, no unit that two of them share. */
export const isStackable = (upper: JpegPicture, lower: JpegPicture): boolean =>
  upper.head.equals(lower.head) &&
  upper.width % upper.unit.width === 0 &&
  upper.height % upper.unit.height === 0;

/**
 * The pictures below one another, without coding them again: each becomes a restart interval, whose predictions begin anew (F.1.1.5.1),
 * so its data stays as it is. They must be stackable, and be 65,535 px high together at most.
 */
export function stackJpegs(pictures: readonly JpegPicture[]): Buffer {
  const [first] = pictures;
  if (!first) throw new TypeError('No pictures to stack');
  const { width, height, unit, scanAt, heightAt } = first;
  const head = Buffer.from(first.head);
  head.writeUInt16BE(height * pictures.length, heightAt);
  const units = Math.ceil(width / unit.width) * Math.ceil(height / unit.height);
  const restart = Buffer.from([0xff, marker.restartInterval, 0, 4, units >> 8, units & 0xff]);
  return Buffer.concat([
    startOfImage,
    head.subarray(0, scanAt),
    restart,
    head.subarray(scanAt),
    ...pictures.flatMap(({ scan }, index) =>
      index === 0 ? [scan] : [Buffer.from([0xff, marker.restart + ((index - 1) % 8)]), scan],
    ),
    endOfImage,
  ]);
}

/** The same JPEG with a comment in front (B.2.4.5). `text`: Latin-1. */
export function withComment(jpeg: Buffer, text: string): Buffer {
  const comment = Buffer.from(text.slice(0, mostComment), 'latin1');
  const head = Buffer.from([...startOfImage, 0xff, marker.comment, 0, 0]);
  head.writeUInt16BE(comment.length + 2, 4);
  return Buffer.concat([head, comment, jpeg.subarray(2)]);
}
