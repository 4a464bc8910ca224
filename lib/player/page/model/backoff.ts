/**
 * How long to wait before attempt `attempt` (0 is the first retry): doubles from 1 s to at most 15 s, with up to a quarter taken off at
 * random so that viewers who lost the same server do not all come back at the same moment. `random` gives [0, 1).
 */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(15_000, 1_000 * 2 ** Math.min(attempt, 10));
  return Math.round(full * (1 - random() / 4));
}
