import type shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import type { ShakaLibrary } from './shaka-library.ts';

/**
 * Shows captions that come late for as long as they are meant to be shown. A caption in the pictures (CEA-608) has no end: Shaka Player
 * knows it when the next one takes its place, which near the live edge is after most of it should have been on screen.
 */
export function lateCaptionsDisplayer(
  library: ShakaLibrary,
  player: shaka.Player,
): shaka.extern.TextDisplayer {
  class LateCaptionsDisplayer extends library.text.UITextDisplayer {
    override append(cues: shaka.text.Cue[]): void {
      const nowSeconds = player.getMediaElement()?.currentTime ?? 0;
      const isNearEdge = player.isLive() && player.seekRange().end - nowSeconds < nearSeconds;
      for (const cue of isNearEdge ? cues : []) {
        const lateSeconds = nowSeconds - cue.startTime;
        if (lateSeconds > 0 && lateSeconds < mostLateSeconds) delay(cue, lateSeconds);
      }
      super.append(cues);
    }
  }
  return new LateCaptionsDisplayer(player);
}

/** Farther from the live edge, captions are known in time. */
const nearSeconds = 8;
/** Later than that is what was shown before: cues come again after a seek. */
const mostLateSeconds = 10;

function delay(cue: shaka.text.Cue, seconds: number): void {
  cue.startTime += seconds;
  cue.endTime += seconds;
  for (const nested of cue.nestedCues) delay(nested, seconds);
}
