import { readPictureClock } from '../../testkit/media/picture-clock.ts';
import type { ServedPiece } from './tier-watch.ts';

/**
 * How long each picture took from the publisher's clock, which is drawn into it, until it had reached the platform, in ms: of the last
 * picture of each piece that can be decoded. Decodes: not while anything is measured.
 */
export async function captureDelays(pieces: readonly ServedPiece[], frameMs: number): Promise<number[]> {
  const delays: number[] = [];
  for (const { decodable, atMs, endsAtMs } of pieces) {
    if (decodable === undefined) continue;
    const capturedAtMs = (await readPictureClock(decodable, atMs)).at(-1);
    if (capturedAtMs !== undefined && Number.isFinite(endsAtMs))
      delays.push(endsAtMs - frameMs - capturedAtMs);
  }
  return delays;
}
