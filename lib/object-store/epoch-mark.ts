/**
 * The epoch of its writer, as the last line of every object that is written over: a comment of the object's own format. So
 * the object itself says whether it is another worker's by now, whatever clocks and the control store say, and no two
 * epochs ever write the same bytes, so that an ETag tells them apart.
 */
export function epochMark(key: string, epoch: number): string {
  return key.endsWith('.mpd') ? `<!-- epoch ${epoch} -->\n` : `# epoch ${epoch}\n`;
}

const pattern = /(?:^|\n)(?:#|<!--) epoch (\d{1,15})(?: -->)?\n$/;
/** The longest mark, in bytes, and some more. */
const tailBytes = 48;

/** 0 where there is no mark: older than every epoch. */
export function epochOf(body: Buffer): number {
  const tail = body.toString('latin1', Math.max(0, body.length - tailBytes));
  return Number(pattern.exec(tail)?.[1] ?? 0);
}

/** The same object as a writer of this epoch has it. */
export function withEpoch(key: string, text: string, epoch: number): string {
  const mark = pattern.exec(text.slice(-tailBytes))?.[0].replace(/^\n/, '') ?? '';
  return text.slice(0, text.length - mark.length) + epochMark(key, epoch);
}
