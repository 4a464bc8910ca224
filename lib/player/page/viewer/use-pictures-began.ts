import { useEffect } from 'preact/hooks';
import { spread } from '../../../retry/policy/backoff.ts';
import { namesPictures } from '../model/manifest-state.ts';
import { uncounted } from '../playback/policy/viewer-report.ts';

const lookEveryMs = 15_000;

/**
 * Calls `onBegan` once the manifest names pictures. A player that was opened while a broadcast was sound alone never shows any that
 * come later. Looks only while `url` is set.
 */
export function usePicturesBegan(url: string | undefined, onBegan: () => void): void {
  useEffect(() => {
    if (url === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = new AbortController();
    const look = async () => {
      const text = await fetch(uncounted(url), { cache: 'no-store', signal: stop.signal })
        .then((response) => (response.ok ? response.text() : ''))
        .catch(() => '');
      if (stop.signal.aborted) return;
      if (namesPictures(text)) onBegan();
      else plan();
    };
    const plan = () => {
      timer = setTimeout(look, spread(lookEveryMs, 0.25, Math.random()));
    };
    plan();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [url, onBegan]);
}
