import { setTimeout as pause } from 'node:timers/promises';
import { AccountError } from '../../../teardown/ports.ts';

export interface Waiting {
  readonly everyMs: number;
  /** @default none */
  readonly limitMs?: number;
  readonly progress: (words: string) => void;
}

/** Asks until there is nothing left to wait for; `left` names what is, for people. Throws `AccountError` at the limit. */
export async function waitUntilGone(
  left: () => Promise<string | undefined>,
  { everyMs, limitMs = Number.POSITIVE_INFINITY, progress }: Waiting,
): Promise<void> {
  let said: string | undefined;
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    const words = await left();
    if (words === undefined) return;
    if (words !== said) progress(words);
    said = words;
    if (waitedMs >= limitMs)
      throw new AccountError(
        `Still waiting after ${Math.round(limitMs / 60_000)} minutes: ${words}. Check it in the AWS console, then run the command again.`,
      );
    await pause(everyMs);
  }
}
