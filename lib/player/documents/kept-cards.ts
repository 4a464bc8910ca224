import type { StreamCard } from '../policy/stream-card.ts';
import type { StreamCards } from './ports.ts';

/** How long an answer is good: a changed name or setting shows after it. */
const freshMs = 10_000;
/** How long a known one is used while nobody answers: viewers are let in without the control plane (invariant 8). */
const staleMs = 24 * 3_600_000;
/** How long nobody is asked again after a failure. */
const pauseMs = 2_000;
/** A few hundred bytes each. */
const most = 5_000;

interface Kept {
  readonly card: Promise<StreamCard | undefined>;
  readonly askedAtMs: number;
  readonly goodUntilMs: number;
}

/** Asks `cards` once for all who want to know within a few seconds. `nowMs`: monotonic. */
export function keptCards(cards: StreamCards, nowMs: () => number): StreamCards {
  const kept = new Map<string, Kept>();
  const keep = (key: string, entry: Kept) => {
    kept.delete(key);
    kept.set(key, entry);
    if (kept.size > most) kept.delete(kept.keys().next().value ?? '');
  };
  return {
    find(streamId, region) {
      const key = `${region ?? ''}/${streamId}`;
      const before = kept.get(key);
      const askedAtMs = nowMs();
      if (before && askedAtMs < before.goodUntilMs) return before.card;
      const known = before && askedAtMs - before.askedAtMs < staleMs ? before : undefined;
      const card = cards.find(streamId, region).catch((cause: unknown) => {
        if (known === undefined) {
          kept.delete(key);
          throw cause;
        }
        keep(key, { ...known, goodUntilMs: nowMs() + pauseMs });
        return known.card;
      });
      keep(key, { card, askedAtMs, goodUntilMs: askedAtMs + freshMs });
      return card;
    },
  };
}
