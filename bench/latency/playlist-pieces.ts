/** The smallest thing that a playlist lists at its end. */
export interface Piece {
  readonly uri: string;
  /** When its last picture ends, by `EXT-X-PROGRAM-DATE-TIME`, Unix ms: when that reached the platform. */
  readonly endsAtMs: number;
  /** Begins with a key frame. */
  readonly independent: boolean;
}

export interface ListedMedia {
  /** Parts if it has any, otherwise segments. */
  readonly pieces: readonly Piece[];
  /** Whether the server holds a request until there is more. */
  readonly blocks: boolean;
  /** What comes after the last piece. */
  readonly next: { readonly msn: number; readonly part?: number };
  /** The init segment of the last piece. */
  readonly init: string | undefined;
}

/** Reads the pieces of a media playlist (rfc8216bis 4.4.4). */
export function listedMedia(playlist: string): ListedMedia {
  const blocks = /^#EXT-X-SERVER-CONTROL:.*CAN-BLOCK-RELOAD=YES/m.test(playlist);
  const hasParts = /^#EXT-X-PART:/m.test(playlist);
  const pieces: Piece[] = [];
  let msn = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m.exec(playlist)?.[1] ?? 0);
  let part = 0;
  let atMs = Number.NaN;
  let partsMs = 0;
  let wholeMs = 0;
  let init: string | undefined;
  for (const line of playlist.split('\n')) {
    const [, tag, value = ''] = /^#(EXT[A-Z-]*):?(.*)$/.exec(line) ?? [];
    if (tag === 'EXT-X-PROGRAM-DATE-TIME') atMs = Date.parse(value);
    else if (tag === 'EXT-X-SKIP') msn += Number(/SKIPPED-SEGMENTS=(\d+)/.exec(value)?.[1] ?? 0);
    else if (tag === 'EXT-X-MAP') init = uriOf(value);
    else if (tag === 'EXTINF') wholeMs = Number.parseFloat(value) * 1_000;
    else if (tag === 'EXT-X-PART') {
      partsMs += Number(/DURATION=([\d.]+)/.exec(value)?.[1]) * 1_000;
      part++;
      const independent = value.includes('INDEPENDENT=YES');
      pieces.push({ uri: uriOf(value) ?? '', endsAtMs: atMs + partsMs, independent });
    } else if (line !== '' && !line.startsWith('#')) {
      atMs += wholeMs;
      if (!hasParts) pieces.push({ uri: line, endsAtMs: atMs, independent: true });
      msn++;
      part = 0;
      partsMs = 0;
    }
  }
  return { pieces, blocks, next: hasParts ? { msn, part } : { msn }, init };
}

const uriOf = (attributes: string): string | undefined => /URI="([^"]+)"/.exec(attributes)?.[1];
