/** How a stream is played: by the player library over Media Source Extensions, or by the browser itself. */
export type PlaybackMethod = 'dash' | 'hls' | 'native-hls' | 'unsupported';

export type ManifestKind = 'dash' | 'hls';

export interface BrowserAbilities {
  /** Media Source Extensions (or Managed Media Source) that the player library can use. */
  readonly mediaSource: boolean;
  /** The video element plays HLS playlists by itself. */
  readonly nativeHls: boolean;
  /** Safari, or any browser on iOS: WebKit, where native HLS is the better player (power, AirPlay, picture-in-picture). */
  readonly apple: boolean;
}

/** `forced` is `?protocol=` of the address: `hls` or `dash`. Chromium plays HLS natively too, but DASH is our first choice there. */
export function choosePlayback(browser: BrowserAbilities, forced: string | null): PlaybackMethod {
  if (forced === 'hls' && browser.mediaSource) return 'hls';
  if (forced === 'dash' && browser.mediaSource) return 'dash';
  if (browser.apple && browser.nativeHls) return 'native-hls';
  if (browser.mediaSource) return 'dash';
  return browser.nativeHls ? 'native-hls' : 'unsupported';
}

/** The method where a stream does not have every manifest: what should play by DASH plays by HLS if it has that only. */
export const playedMethod = (method: PlaybackMethod, manifests: readonly ManifestKind[]): PlaybackMethod =>
  method === 'dash' && !manifests.includes('dash') ? 'hls' : method;
