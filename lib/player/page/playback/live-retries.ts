import type shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { SegmentRetries } from './policy/segment-retries.ts';
import type { ShakaLibrary } from './shaka-library.ts';

/** Of what is loaded. */
export interface RetriedPresentation {
  readonly beganLive: boolean;
  /** Its manifest foretells segments: one that isn't there may mean that the broadcast has ended, which the next manifest says. */
  readonly foretells: boolean;
}

/**
 * Goes on with a presentation that began live after failures of the network, at the pace of {@link SegmentRetries}. Returns which
 * errors that covers.
 */
export function retryLive(
  library: ShakaLibrary,
  player: shaka.Player,
  loaded: () => RetriedPresentation,
): (error: shaka.util.Error) => boolean {
  const { BAD_HTTP_STATUS, HTTP_ERROR, TIMEOUT } = library.util.Error.Code;
  const retried: ReadonlySet<number> = new Set([BAD_HTTP_STATUS, HTTP_ERROR, TIMEOUT]);
  const isRetried = ({ code }: shaka.util.Error) => loaded().beganLive && retried.has(code);
  const retries = new SegmentRetries();
  player.configure('streaming.failureCallback', (error: shaka.util.Error) => {
    if (!isRetried(error)) return;
    player.retryStreaming(retries.failed(addressOf(error), loaded().foretells) / 1_000);
  });
  // Before each of the tries that Shaka adds by itself.
  player.getNetworkingEngine()?.addEventListener('retry', (event) => {
    const { error } = event as Event & { readonly error: shaka.util.Error };
    if (retries.isPaced(addressOf(error))) event.preventDefault();
  });
  return isRetried;
}

/** What was asked for: the first datum of an error of the network. */
const addressOf = ({ data }: shaka.util.Error): string => String(data[0] ?? '');
