// Refuses new broadcasts when AWS Budgets reports, through SNS, that the month's budget is spent.
import type { SNSEvent } from 'aws-lambda';
import { openControlStore } from '../../lib/adapters/control-stores.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { budgetStopFunctionCodec } from '../../lib/control/budget/budget-stop-config.ts';
import { stopBroadcasts } from '../../lib/control/budget/stop-broadcasts.ts';

export const handler = await startFunction({
  codec: budgetStopFunctionCodec,
  role: 'control',
  name: 'budget-stop',
  async start({ controlStore, budget }, emit) {
    const store = await openControlStore(controlStore);
    const wallMs = () => Date.now();
    return async ({ Records }: SNSEvent): Promise<void> => {
      for (const { Sns } of Records) {
        const notification = { subject: Sns.Subject ?? '', message: Sns.Message };
        await stopBroadcasts({ store, emit, wallMs }, budget, notification);
      }
    };
  },
});
