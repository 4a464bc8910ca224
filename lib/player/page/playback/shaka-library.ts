import type shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';

/** As far as its builds for one kind of manifest have it. */
export type ShakaLibrary = typeof shaka;
export type ShakaBuild = 'dash' | 'hls';

/** The library for one kind of manifest: with both, and what else its full build has, it's half as large again. */
export async function loadShaka(build: ShakaBuild): Promise<ShakaLibrary> {
  const loaded =
    build === 'dash'
      ? await import('shaka-player/dist/shaka-player.dash-es2021.js')
      : await import('shaka-player/dist/shaka-player.hls-es2021.js');
  return loaded.default;
}

/** What a page needs, as far as its URL's `?protocol=` tells. */
export const likelyBuild = (forced: string | null): ShakaBuild => (forced === 'hls' ? 'hls' : 'dash');

/** Whether the browser has what shaka-player needs (Media Source Extensions above all). */
export function isShakaSupported(library: ShakaLibrary): boolean {
  library.polyfill.installAll();
  return library.Player.isBrowserSupported();
}
