import { randomUUID } from 'node:crypto';
import type { BudgetStop } from '../../../control-store/budget-stop.ts';
import type { BudgetStore } from '../../../control-store/ports.ts';
import type { DynamoRequests } from './dynamo-requests.ts';

/** No stream's id has a `#`. */
const key = { streamId: 'platform#budget', item: 'stop' } as const;

export function dynamoBudgetStore(requests: DynamoRequests): BudgetStore {
  return {
    async getBudgetStop() {
      const item = await requests.get('streams', key);
      if (!item) return undefined;
      // Unchecked cast: only this file writes the item.
      const { reachedAtMs, untilMs, clearedAtMs, version } = item as unknown as BudgetStop;
      return { reachedAtMs, untilMs, ...(clearedAtMs !== undefined && { clearedAtMs }), version };
    },
    async putBudgetStop(stop) {
      const { version } = stop;
      const next = { ...stop, version: version + 1 };
      await requests.put(
        'streams',
        { ...key, ...next },
        {
          condition: version === 0 ? 'attribute_not_exists(#streamId)' : '#version = :version',
          ...(version > 0 && { values: { version } }),
          refusal: `The budget stop is no longer at version ${version}.`,
          writeId: randomUUID(),
        },
      );
      return next;
    },
  };
}
