/** A piece of a description: text, `code`, or a [link](https://…). */
export type Piece =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

/** The little markup that our descriptions have (CommonMark's code spans and links). */
export function piecesOf(description: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of description.matchAll(/`([^`]+)`|\[([^\]]+)\]\((https:\/\/[^)\s]+)\)/g)) {
    const [all, code, text, href] = match;
    if (match.index > from) pieces.push({ kind: 'text', text: description.slice(from, match.index) });
    if (code !== undefined) pieces.push({ kind: 'code', text: code });
    else if (text !== undefined && href !== undefined) pieces.push({ kind: 'link', text, href });
    from = match.index + all.length;
  }
  if (from < description.length) pieces.push({ kind: 'text', text: description.slice(from) });
  return pieces;
}
