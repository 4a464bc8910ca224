/**
 * The writer's epoch, as the last line of every object that gets overwritten: a comment in the object's own format. The object
 * itself then shows whether another worker has taken over, regardless of clocks and the control store. No two epochs ever write
 * the same bytes, so their ETags differ.
 */
export function epochMark(key: string, epoch: number): string {
  return key.endsWith('.mpd') ? `<!-- epoch ${epoch} -->\n` : `# epoch ${epoch}\n`;
}

const pattern = /(?:^|\n)(?:#|<!--) epoch (\d{1,15})(?: -->)?\n$/;
/** The longest mark, in bytes, plus some slack. */
const tailBytes = 48;

/** 0 if there is no mark: older than every epoch. */
export function epochOf(body: Buffer): number {
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
