/**
 * Delay in ms before retry `attempt` (0 is the first): doubles from 1 s to at most 15 s, minus a random share of up to a
 * quarter, so that viewers who lost the same server don't all return at the same moment. `random` returns [0, 1).
 */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(15_000, 1_000 * 2 ** Math.min(attempt, 10));
  return Math.round(full * (1 - random() / 4));
}
