import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { StillnessMeter } from '../model/frozen-picture.ts';

const lookEveryMs = 1_000;
const [width, height] = [32, 18];

/** Calls `onStill` now and then while the picture is frozen and `active` is true. */
export function useStillness(
  video: RefObject<HTMLVideoElement | null>,
  active: boolean,
  onStill: () => void,
): void {
  useEffect(() => {
    const canvas = active
      ? new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
      : null;
    if (!canvas) return;
    const meter = new StillnessMeter();
    const timer = setInterval(() => {
      const element = video.current;
      if (!element || element.paused || document.visibilityState !== 'visible') return;
      try {
        canvas.drawImage(element, 0, 0, width, height);
        if (meter.look(canvas.getImageData(0, 0, width, height).data, performance.now())) onStill();
      } catch {
        // A browser that plays HLS natively may hide the picture from the page (other origin): without samples, stop.
        clearInterval(timer);
      }
    }, lookEveryMs);
    return () => clearInterval(timer);
  }, [video, active, onStill]);
}
