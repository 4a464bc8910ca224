import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ControlStore } from '../../../control-store/ports.ts';
import { dynamoBudgetStore } from './dynamo-budget-store.ts';
import { dynamoDocumentStore } from './dynamo-document-store.ts';
import { dynamoEventStore } from './dynamo-event-store.ts';
import { dynamoFleetStore } from './dynamo-fleet-store.ts';
import { dynamoIdempotencyStore } from './dynamo-idempotency-store.ts';
import { dynamoLeaseStore } from './dynamo-lease-store.ts';
import { DynamoRequests, newDynamoClient } from './dynamo-requests.ts';
import { dynamoBroadcastStore, dynamoQuotaStore, dynamoStreamStore } from './dynamo-stream-store.ts';

export interface DynamoControlStoreOptions {
  /** The deployment's name; the tables are `<tablePrefix>-streams` and so on. */
  readonly tablePrefix: string;
  /** How long journal entries are kept. @default 90 days */
  readonly eventRetentionMs?: number;
  /** Maximum number of journal entries per stream. @default 1,000 */
  readonly keptEvents?: number;
  /** Time limit for a request, including its second attempt. @default 1,000 */
  readonly giveUpAfterMs?: number;
  /** @default created from the environment, with timeouts that suit a lease */
  readonly client?: DynamoDBClient;
}

/**
 * The control store in the four tables of lib/control-store/tables.ts. Opening makes no call to AWS; methods throw as documented
 * by `ControlStore`. `listStreams` is eventually consistent.
 */
export function openDynamoControlStore(options: DynamoControlStoreOptions): ControlStore & { close(): void } {
  const { tablePrefix, client = newDynamoClient(), giveUpAfterMs } = options;
  const requests = new DynamoRequests(client, tablePrefix, giveUpAfterMs);
  return {
    ...dynamoStreamStore(requests),
    ...dynamoDocumentStore(requests),
    ...dynamoBroadcastStore(requests),
    ...dynamoLeaseStore(requests),
    ...dynamoFleetStore(requests),
    ...dynamoQuotaStore(requests),
    ...dynamoIdempotencyStore(requests),
    ...dynamoBudgetStore(requests),
    ...dynamoEventStore(requests, options),
    close: () => requests.close(),
  };
}
