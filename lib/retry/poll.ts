export interface PollOptions<Found> {
  /** `afterFailure`: the last look failed. */
  readonly look: (afterFailure: boolean) => Promise<Found>;
  /** What each look found. */
  readonly found?: (value: Found) => void;
  /** A look failed. Called once until one succeeds again. */
  readonly failed: (cause: unknown) => void;
  /** Pause between the end of a look and the next one. */
  readonly everyMs: () => number;
}

/**
 * Looks again and again, for the first time after a pause, but doesn't keep the process running. Returns a function that ends it:
 * nothing is called any more.
 */
export function poll<Found>({ look, found, failed, everyMs }: PollOptions<Found>): () => void {
  let isFailing = false;
  let isEnded = false;
  let timer: NodeJS.Timeout;
  const again = async (): Promise<void> => {
    const afterFailure = isFailing;
    const [outcome] = await Promise.allSettled([look(afterFailure)]);
    if (isEnded) return;
    later();
    isFailing = outcome.status === 'rejected';
    if (outcome.status === 'fulfilled') found?.(outcome.value);
    else if (!afterFailure) failed(outcome.reason);
  };
  const later = (): void => {
    timer = setTimeout(() => void again(), everyMs());
    timer.unref();
  };
  later();
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
