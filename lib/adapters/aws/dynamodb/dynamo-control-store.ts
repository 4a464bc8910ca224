import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ControlStore } from '../../../control-store/ports.ts';
import { dynamoDocumentStore } from './dynamo-document-store.ts';
import { dynamoEventStore } from './dynamo-event-store.ts';
import { dynamoFleetStore } from './dynamo-fleet-store.ts';
import { dynamoLeaseStore } from './dynamo-lease-store.ts';
import { DynamoRequests, newDynamoClient } from './dynamo-requests.ts';
import { dynamoBroadcastStore, dynamoStreamStore } from './dynamo-stream-store.ts';

export interface DynamoControlStoreOptions {
  /** The name of the deployment; the tables are `<tablePrefix>-streams` and so on. */
  readonly tablePrefix: string;
  /** How long the lines of a stream's journal are kept. @default 90 days */
  readonly eventRetentionMs?: number;
  /** How many of them at most. @default 1,000 */
  readonly keptEvents?: number;
  /** After this long without an answer a request has failed, its second try included. @default 1,000 */
  readonly giveUpAfterMs?: number;
  /** @default one made from the environment, with time limits that suit a lease */
  readonly client?: DynamoDBClient;
}

/**
 * The control store in the four tables of lib/control-store/tables.ts. Opening asks nothing of AWS; methods fail as
 * `ControlStore` says. `listStreams` is eventually consistent.
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
    ...dynamoEventStore(requests, options),
    close: () => requests.close(),
  };
}
