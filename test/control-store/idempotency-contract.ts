import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConditionFailedError } from '../../lib/control-store/errors.ts';
import type { KnownRequest, RequestClaim } from '../../lib/control-store/idempotency.ts';
import type { IdempotencyStore } from '../../lib/control-store/ports.ts';
import { randomId } from '../../lib/routing/ids.ts';

interface TwoPrograms {
  readonly store: IdempotencyStore;
  readonly other: IdempotencyStore;
}

/** What every adapter of `IdempotencyStore` must do; a part of the control store's contract. */
export function describeIdempotencyStore(under: () => TwoPrograms): void {
  describe('requests with an Idempotency-Key', () => {
    const nowMs = 1_790_000_000_000;
    const claimOf = (id: string, changes: Partial<RequestClaim> = {}): RequestClaim => ({
      id,
      fingerprint: 'f1',
      holder: randomId(16),
      untilMs: nowMs + 60_000,
      ...changes,
    });
    let id: string;
    let store: IdempotencyStore;
    let other: IdempotencyStore;
    beforeEach(() => {
      id = randomId(16);
      ({ store, other } = under());
    });

    test('are claimed once; whoever comes later is told of the claim', async () => {
      const claim = claimOf(id);
      expect(await store.claimRequest(claim, nowMs)).toBeUndefined();
      const later = claimOf(id, { fingerprint: 'f2' });
      expect(await other.claimRequest(later, nowMs + 1)).toEqual(claim);
      expect(await store.claimRequest(claimOf(randomId(16)), nowMs)).toBeUndefined();
    });

    test('of many that are sent at once to two programs exactly one is claimed', async () => {
      const claims = Array.from({ length: 12 }, () => claimOf(id));
      const known = await Promise.all(
        claims.map((claim, at) => (at % 2 ? store : other).claimRequest(claim, nowMs)),
      );
      const won = claims.filter((_, at) => known[at] === undefined);
      expect(won).toHaveLength(1);
      for (const each of known) if (each) expect(each).toEqual(won[0]);
    });

    test('are told with their answer for as long as that counts, and then can be claimed anew', async () => {
      const claim = claimOf(id);
      await store.claimRequest(claim, nowMs);
      const { holder } = claim;
      const answered = { id, holder, untilMs: nowMs + 86_400_000, answer: 'v1.sealed' };
      await other.answerRequest(answered);
      expect(await store.claimRequest(claimOf(id), nowMs + 86_399_999)).toEqual({ ...claim, ...answered });
      const next = claimOf(id, { fingerprint: 'f3', untilMs: nowMs + 86_460_000 });
      expect(await store.claimRequest(next, nowMs + 86_400_000)).toBeUndefined();
      // Nothing of the answer before is left.
      expect(await other.claimRequest(claimOf(id), nowMs + 86_400_001)).toEqual(next);
    });

    test('whose program died can be claimed after a while; its answer is refused from then on', async () => {
      const dead = claimOf(id);
      await store.claimRequest(dead, nowMs);
      expect(await other.claimRequest(claimOf(id), nowMs + 59_999)).toEqual(dead);
      const next = claimOf(id, { untilMs: nowMs + 120_000 });
      expect(await other.claimRequest(next, nowMs + 60_000)).toBeUndefined();
      const late = { id, holder: dead.holder, untilMs: nowMs + 86_400_000, answer: 'late' };
      await expect(store.answerRequest(late)).rejects.toBeInstanceOf(ConditionFailedError);
      await store.releaseRequest(dead);
      expect(await store.claimRequest(claimOf(id), nowMs + 60_001)).toEqual(next);
    });

    test('are forgotten when they are released, and an unknown one has no answer', async () => {
      const claim = claimOf(id);
      await store.claimRequest(claim, nowMs);
      await other.releaseRequest(claim);
      await other.releaseRequest(claim);
      const answer = { id, holder: claim.holder, untilMs: nowMs + 1, answer: 'x' };
      await expect(store.answerRequest(answer)).rejects.toBeInstanceOf(ConditionFailedError);
      expect(await store.claimRequest(claimOf(id), nowMs)).toBeUndefined();
    });

    test('are held by one at a time, whatever is claimed, answered, released and runs out when', async () => {
      const step = fc.record({
        what: fc.constantFrom('claim', 'answer', 'release'),
        who: fc.nat({ max: 5 }),
        afterMs: fc.constantFrom(0, 30_000, 60_000),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const claims = [claimOf(randomId(16))];
          const request = claims[0]!.id;
          let clockMs = nowMs;
          let known: KnownRequest | undefined;
          for (const { what, who, afterMs } of steps) {
            clockMs += afterMs;
            const program = who % 2 ? store : other;
            const untilMs = clockMs + 60_000;
            const { holder } = claims[who % claims.length]!;
            const isHeld = known?.holder === holder;
            if (what === 'claim') {
              const claim = claimOf(request, { untilMs });
              claims.push(claim);
              const counts = known !== undefined && known.untilMs > clockMs;
              expect(await program.claimRequest(claim, clockMs)).toEqual(counts ? known : undefined);
              if (!counts) known = claim;
            } else if (what === 'release') {
              await program.releaseRequest({ id: request, holder });
              if (isHeld) known = undefined;
            } else {
              const answer = { id: request, holder, untilMs, answer: 'a' };
              const fault = await program.answerRequest(answer).catch((cause: unknown) => cause);
              expect(fault).toEqual(isHeld ? undefined : expect.any(ConditionFailedError));
              if (isHeld) known = { ...known!, ...answer };
            }
          }
        }),
        { numRuns: 20 },
      );
    });
  });
}
