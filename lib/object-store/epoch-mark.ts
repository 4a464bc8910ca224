/**
 * The writer's epoch, as the last line of every object that gets overwritten: a comment in the object's own format. The object
 * itself then shows whether another worker has taken over, regardless of clocks and the control store. No two epochs ever write
 * the same bytes, so their ETags differ.
 */
export function epochMark(key: string, epoch: number): string {
  if (key.endsWith('.mpd')) return `<!-- epoch ${epoch} -->\n`;
  // WebVTT has blocks, which end with an empty line (WebVTT 1.0 4.1).
  return key.endsWith('.vtt') ? `NOTE epoch ${epoch}\n` : `# epoch ${epoch}\n`;
}

const pattern = /(?:^|\n)(?:#|<!--|NOTE) epoch (\d{1,15})(?: -->)?\n$/;
/** The longest mark, in bytes, plus some slack. */
const tailBytes = 48;

/** 0 if there is no mark: older than every epoch. */
export function epochOf(body: Buffer): number {
  if (body.length > jpegHead && body.readUInt32BE(0) === commentFirst) return epochOfJpeg(body);
  const tail = body.toString('latin1', Math.max(0, body.length - tailBytes));
  return Number(pattern.exec(tail)?.[1] ?? 0);
}

/** The same object, marked with this epoch. */
export function withEpoch(key: string, text: string, epoch: number): string {
  const mark = pattern.exec(text.slice(-tailBytes))?.[0].replace(/^\n/, '') ?? '';
  const unmarked = text.slice(0, text.length - mark.length);
  // A mark counts only at the start of a line.
  const open = unmarked === '' || unmarked.endsWith('\n') ? '' : '\n';
  return unmarked + open + epochMark(key, epoch);
}

/** A JPEG's last line is its comment's: start of image and comment marker (ITU-T T.81 B.2.4.5), 16 bits of length, text. */
const commentFirst = 0xff_d8_ff_fe;
const jpegHead = 6;
const commentPattern = /(?:^|\n)epoch (\d{1,15})$/;

const epochOfJpeg = (body: Buffer): number =>
  Number(commentPattern.exec(body.toString('latin1', jpegHead, 4 + body.readUInt16BE(4)))?.[1] ?? 0);

/** The text of a JPEG's first comment, from which `epochOf` tells the epoch. `about`: what else it says. */
export const jpegEpochComment = (about: string, epoch: number): string => `${about}\nepoch ${epoch}`;
