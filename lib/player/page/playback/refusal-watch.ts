import { linkFaultOf, linkFaultStatus } from '../model/playback-link.ts';
import { takenDownStatus } from '../model/stream-state.ts';
import type { Refusal } from '../model/viewer-scene.ts';

/** About as often as a player fetches a live playlist. */
const lookEveryMs = 2_000;

/**
 * Polls the edge for the playing playlist: a browser that plays HLS natively keeps playing from its buffer and never
 * reveals the HTTP status it was refused with. Returns a function that stops it.
 */
export function watchForRefusal(
  /** The playing playlist; undefined while nothing plays. */
  playing: () => string | undefined,
  onRefused: (refusal: Refusal) => void,
  request: typeof fetch = (...call) => fetch(...call),
): () => void {
  const look = async (): Promise<void> => {
    const url = playing();
    if (url === undefined) return;
    try {
      const { status } = await request(url, { method: 'HEAD', cache: 'no-store' });
      if (status !== takenDownStatus && status !== linkFaultStatus) return;
      const refusal =
        status === takenDownStatus
          ? 'taken-down'
          : linkFaultOf(await (await request(url, { cache: 'no-store' })).text());
      // Something else may be playing by now.
      if (playing() === url) onRefused(refusal);
    } catch {
      // Unreachable: if it matters, it shows in the video itself.
    }
  };
  const timer = setInterval(look, lookEveryMs);
  return () => clearInterval(timer);
}
