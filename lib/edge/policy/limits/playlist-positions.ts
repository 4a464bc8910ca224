import { segmentMs } from '../../../packaging/segment-grid.ts';

/** What a blocking request waits for: a segment, or a part of it (draft-pantos-hls-rfc8216bis 6.2.5.2). */
interface Position {
  readonly msn: number;
  /** A whole segment comes after all its parts. */
  readonly part: number;
}

const maxPlaylists = 10_000;
/** A worker refuses what is more than one segment beyond the open one; two more cover what we don't know yet. */
const segmentsAhead = 4;

/**
 * How far live playlists are, as answers to blocking requests have shown. It tells who asks for something else than the next part, which
 * is what players do: each other number would be a key of its own, and a read of the next tier.
 */
export class PlaylistPositions {
  /** By path. */
  readonly #newest = new Map<string, Position & { readonly key: string; readonly seenMs: number }>();

  /** The next tier has answered this key with a playlist. `nowMs` is monotonic. */
  answered(key: string, nowMs: number): void {
    const asked = positionOf(key);
    if (asked === undefined) return;
    const path = pathOf(key);
    const known = this.#newest.get(path);
    if (known !== undefined && !isBefore(known, asked)) return;
    this.#newest.delete(path);
    if (this.#newest.size >= maxPlaylists) {
      for (const oldest of this.#newest.keys()) {
        this.#newest.delete(oldest);
        break;
      }
    }
    // A delta update (6.2.5.1) answers only who asked for one.
    this.#newest.set(path, { ...asked, key: key.replace(/&_HLS_skip=.*$/, ''), seenMs: nowMs });
  }

  /** Whether this is a playlist on air, as far as seen here. Its keys are limited by themselves (variant-limit.ts). */
  knows(key: string): boolean {
    return positionOf(key) !== undefined && this.#newest.has(pathOf(key));
  }

  /**
   * `future`: no playlist can have it yet. Otherwise, if it has been published, the key of a newer playlist that answers the request as
   * well; the caller uses it if it has it.
   */
  judge(key: string, nowMs: number): 'future' | { readonly newer: string } | undefined {
    const asked = positionOf(key);
    if (asked === undefined) return undefined;
    const known = this.#newest.get(pathOf(key));
    if (known === undefined) return undefined;
    const grownBy = Math.ceil((nowMs - known.seenMs) / segmentMs);
    if (asked.msn > known.msn + segmentsAhead + grownBy) return 'future';
    return isBefore(asked, known) ? { newer: known.key } : undefined;
  }
}

const pattern = /\?_HLS_msn=(\d+)(?:&_HLS_part=(\d+))?/;

function positionOf(key: string): Position | undefined {
  const found = pattern.exec(key);
  if (found === null) return undefined;
  return {
    msn: Number(found[1]),
    part: found[2] === undefined ? Number.POSITIVE_INFINITY : Number(found[2]),
  };
}

const pathOf = (key: string): string => key.slice(0, key.indexOf('?'));

const isBefore = (a: Position, b: Position): boolean => a.msn < b.msn || (a.msn === b.msn && a.part < b.part);
