import { ConditionFailedError } from '../../../control-store/errors.ts';
import type { KnownRequest } from '../../../control-store/idempotency.ts';
import type { IdempotencyStore } from '../../../control-store/ports.ts';
import type { DynamoRequests, Item } from './dynamo-requests.ts';

/** No stream's id has a `#`. */
const keyOf = (id: string): Item => ({ streamId: `request#${id}`, item: 'request' });

/** DynamoDB deletes an expired item within days, so conditions don't rely on that. */
const expiryOf = (untilMs: number) => ({ untilMs, expiresAt: Math.ceil(untilMs / 1_000) });

/** How often a claim is tried that is refused by a request which is gone when it's read. */
const tries = 3;

export function dynamoIdempotencyStore(requests: DynamoRequests): IdempotencyStore {
  return {
    async claimRequest({ id, fingerprint, holder, untilMs }, nowMs) {
      for (let left = tries; ; left--) {
        try {
          await requests.put(
            'streams',
            { ...keyOf(id), fingerprint, holder, ...expiryOf(untilMs) },
            {
              condition: 'attribute_not_exists(#streamId) OR #untilMs <= :nowMs',
              values: { nowMs },
              refusal: 'The request is known.',
              writeId: holder,
            },
          );
          return undefined;
        } catch (refused) {
          if (!(refused instanceof ConditionFailedError)) throw refused;
          const known = await requests.get('streams', keyOf(id));
          if (known && Number(known.untilMs) > nowMs) return requestOf(id, known);
          if (left <= 1) throw refused;
        }
      }
    },
    async answerRequest({ id, holder, untilMs, answer }) {
      await requests.update(
        'streams',
        keyOf(id),
        'SET #answer = :answer, #untilMs = :untilMs, #expiresAt = :expiresAt',
        {
          condition: '#holder = :holder',
          values: { holder, answer, ...expiryOf(untilMs) },
          refusal: 'The request was claimed by another since.',
        },
      );
    },
    async releaseRequest({ id, holder }) {
      try {
        await requests.delete('streams', keyOf(id), {
          condition: '#holder = :holder',
          values: { holder },
          refusal: 'The request was claimed by another since.',
        });
      } catch (error) {
        if (!(error instanceof ConditionFailedError)) throw error;
      }
    },
  };
}

/** Unchecked casts: only this file writes these items. */
const requestOf = (id: string, { fingerprint, holder, untilMs, answer }: Item): KnownRequest => ({
  id,
  fingerprint: fingerprint as string,
  holder: holder as string,
  untilMs: untilMs as number,
  ...(answer !== undefined && { answer: answer as string }),
});
