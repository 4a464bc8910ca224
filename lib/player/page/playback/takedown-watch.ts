import { takenDownStatus } from '../model/stream-state.ts';

/** About as often as a player asks for the playlist of a live stream. */
const lookEveryMs = 2_000;

/**
 * Asks the edge for what plays, for as long as something does: a browser that plays HLS by itself plays on from what it has,
 * and never tells with what status it was refused more. Returns a function that ends it.
 */
export function watchForTakedown(
  /** The playlist that plays; undefined while nothing does. */
  playing: () => string | undefined,
  onTakenDown: () => void,
  request: typeof fetch = (...call) => fetch(...call),
): () => void {
  const look = async (): Promise<void> => {
    const url = playing();
    if (url === undefined) return;
    try {
      const { status } = await request(url, { method: 'HEAD', cache: 'no-store' });
      // Something else may play by now.
      if (status === takenDownStatus && playing() === url) onTakenDown();
    } catch {
      // Not reached: the video itself says so if it matters.
    }
  };
  const timer = setInterval(look, lookEveryMs);
  return () => clearInterval(timer);
}
