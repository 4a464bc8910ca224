import { setTimeout as sleep } from 'node:timers/promises';
import { type ListedMedia, listedMedia, type Piece } from './playlist-pieces.ts';

/** One place along the bytes' way that serves playlists. */
export interface Tier {
  readonly name: string;
  /** Of a rendition's playlist there. */
  readonly playlistUrl: string;
  /** Made anew for each request: a credential may be good for minutes only. */
  readonly headers: () => Record<string, string>;
}

/** A piece (part, or segment of a playlist without parts) that a tier served. */
export interface ServedPiece extends Piece {
  /** Unix ms when all of its bytes were here. */
  readonly atMs: number;
  /** Init segment and piece, so that its pictures can be decoded; of some pieces only. */
  readonly decodable: Buffer | undefined;
}

/** Where nothing can be held, a playlist is asked for this often. */
const pollMs = 50;

/**
 * Follows a rendition at one tier until `signal`, as a viewer would: by blocking reloads where the playlist allows them. Fetches each
 * new piece when it is listed. Keeps the bytes of the first `kept` pieces that can be decoded by themselves.
 */
export async function watchTier(tier: Tier, signal: AbortSignal, kept = 0): Promise<readonly ServedPiece[]> {
  const served: ServedPiece[] = [];
  const seen = new Set<string>();
  let last: ListedMedia | undefined;
  let toKeep = kept;
  while (!signal.aborted) {
    try {
      const url = new URL(tier.playlistUrl);
      const bytesOf = async (uri: string): Promise<Buffer | undefined> => {
        const answer = await fetch(new URL(uri, url), { headers: tier.headers(), signal });
        const bytes = await answer.arrayBuffer();
        return answer.ok ? Buffer.from(bytes) : undefined;
      };
      if (last?.blocks) {
        url.searchParams.set('_HLS_msn', String(last.next.msn));
        if (last.next.part !== undefined) url.searchParams.set('_HLS_part', String(last.next.part));
      }
      const answer = await fetch(url, { headers: tier.headers(), signal });
      const text = await answer.text();
      const listed = answer.ok ? listedMedia(text) : undefined;
      const pieces = listed?.pieces.filter(({ uri }) => !seen.has(uri)) ?? [];
      for (const piece of pieces) {
        seen.add(piece.uri);
        // What was there before we came tells nothing.
        if (last === undefined) continue;
        const body = await bytesOf(piece.uri);
        const atMs = Date.now();
        if (body === undefined) continue;
        const init =
          piece.independent && listed?.init !== undefined && toKeep-- > 0
            ? await bytesOf(listed.init)
            : undefined;
        served.push({ ...piece, atMs, decodable: init && Buffer.concat([init, body]) });
      }
      last = listed ?? last;
      if (!listed?.blocks) await sleep(pollMs, undefined, { signal });
    } catch (fault) {
      if (signal.aborted) break;
      await sleep(pollMs);
      if (!(fault instanceof TypeError)) throw fault;
    }
  }
  return served;
}
