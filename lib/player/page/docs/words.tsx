import { piecesOf } from '../model/docs/words.ts';

/** A description with its code and links. */
export function Words({ text }: { text: string }) {
  return (
    <>
      {piecesOf(text).map((piece, index) => {
        // biome-ignore-start lint/suspicious/noArrayIndexKey: the pieces of one text never change places.
        if (piece.kind === 'link') {
          return (
            <a key={index} href={piece.href} target="_blank" rel="noreferrer">
              {piece.text}
            </a>
          );
        }
        return piece.kind === 'code' ? <code key={index}>{piece.text}</code> : piece.text;
        // biome-ignore-end lint/suspicious/noArrayIndexKey: see above.
      })}
    </>
  );
}
