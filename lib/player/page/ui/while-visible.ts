/**
 * Runs `round` now, again `everyMs` after each one's end, and as soon as the page is visible again; not while it is hidden. Returns what
 * stops it. `round` never throws; `isStopped` tells it that nobody waits any more.
 */
export function whileVisible(
  round: (isStopped: () => boolean) => Promise<void>,
  everyMs: number,
): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async (): Promise<void> => {
    if (document.visibilityState === 'visible') await round(() => stopped);
    if (!stopped) timer = setTimeout(run, everyMs);
  };
  const seen = (): void => {
    if (document.visibilityState !== 'visible') return;
    clearTimeout(timer);
    void run();
  };
  void run();
  document.addEventListener('visibilitychange', seen);
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}
