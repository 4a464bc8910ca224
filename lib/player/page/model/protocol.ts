import type { ManifestKind } from '../api/types.ts';

/** How a stream is played: by the player library through Media Source Extensions, or natively by the browser. */
export type PlaybackMethod = 'dash' | 'hls' | 'native-hls' | 'unsupported';

export interface BrowserAbilities {
  /** Media Source Extensions (or Managed Media Source) that the player library can use. */
  readonly mediaSource: boolean;
  /** The video element plays HLS natively. */
  readonly nativeHls: boolean;
  /** Safari, or any browser on iOS: WebKit, where native HLS is the better player (power, AirPlay, picture-in-picture). */
  readonly apple: boolean;
}

/** `forced` is the URL's `?protocol=`: `hls` or `dash`. Chromium plays HLS natively too, but there we prefer DASH. */
export function choosePlayback(browser: BrowserAbilities, forced: string | null): PlaybackMethod {
  if (forced === 'hls' && browser.mediaSource) return 'hls';
  if (forced === 'dash' && browser.mediaSource) return 'dash';
  if (browser.apple && browser.nativeHls) return 'native-hls';
  if (browser.mediaSource) return 'dash';
  return browser.nativeHls ? 'native-hls' : 'unsupported';
}

/** The method for the available manifests: falls back from DASH to HLS if the stream has no DASH manifest. */
export const playedMethod = (method: PlaybackMethod, manifests: readonly ManifestKind[]): PlaybackMethod =>
  method === 'dash' && !manifests.includes('dash') ? 'hls' : method;
