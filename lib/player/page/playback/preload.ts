/** Fetches the player's scripts, which take longest: they are on their way before anything is known of the stream. */
export async function preloadPlayer(): Promise<void> {
  const { likelyBuild, loadShaka } = await import('./shaka-library.ts');
  await Promise.all([
    loadShaka(likelyBuild(new URLSearchParams(location.search).get('protocol'))),
    import('./shaka-engine.ts'),
  ]);
}
