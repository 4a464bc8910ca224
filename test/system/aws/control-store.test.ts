import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { createControlTables } from '../../../lib/adapters/aws/dynamodb/create-tables.ts';
import { openDynamoControlStore } from '../../../lib/adapters/aws/dynamodb/dynamo-control-store.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import { describeControlStore } from '../../control-store/control-store-contract.ts';

let emulator: AwsEmulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

describeControlStore('DynamoDB', async () => {
  const tablePrefix = `test-${randomUUID()}`;
  // The emulator copies whole tables for each transaction, so few events; and it may be slow where all tests run.
  const options = { tablePrefix, keptEvents: 30, giveUpAfterMs: 20_000 };
  const open = () => openDynamoControlStore({ ...options, client: new DynamoDBClient(emulator.client) });
  const client = new DynamoDBClient(emulator.client);
  await createControlTables(client, tablePrefix);
  client.destroy();
  const [store, other] = [open(), open()];
  return {
    store,
    other,
    keptEvents: options.keptEvents,
    async close() {
      store.close();
      other.close();
    },
  };
});
