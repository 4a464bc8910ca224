import {
  type AttributeDefinition,
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  controlTableNames,
  controlTables,
  type KeyAttribute,
  physicalName,
  type TableDescription,
} from '../../../control-store/tables.ts';

/**
 * Creates missing control store tables, for an emulator; on AWS the CDK does. Resolves when the tables are ready.
 */
export async function createControlTables(client: DynamoDBClient, prefix: string): Promise<void> {
  await Promise.all(
    controlTableNames.map((table) => createTable(client, physicalName(prefix, table), controlTables[table])),
  );
}

async function createTable(client: DynamoDBClient, name: string, table: TableDescription): Promise<void> {
  const { partitionKey, sortKey, indexes, expiryAttribute, streamView } = table;
  const keys = [partitionKey, ...(sortKey ? [sortKey] : [])];
  const keyed = [...keys, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...new Map(keyed.map((key) => [key.name, definition(key)])).values()],
    KeySchema: keySchema(keys),
    GlobalSecondaryIndexes:
      indexes.length === 0
        ? undefined
        : indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema([index.partitionKey, index.sortKey]),
            Projection: { ProjectionType: index.projection },
          })),
    StreamSpecification: streamView && { StreamEnabled: true, StreamViewType: streamView },
  });
  try {
    await client.send(command);
  } catch (fault) {
    if (fault instanceof ResourceInUseException) return;
    throw fault;
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: name });
  if (expiryAttribute === undefined) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { AttributeName: expiryAttribute, Enabled: true },
    }),
  );
}

const definition = ({ name, type }: KeyAttribute): AttributeDefinition => ({
  AttributeName: name,
  AttributeType: type === 'string' ? 'S' : 'N',
});

const keySchema = (keys: readonly KeyAttribute[]): KeySchemaElement[] =>
  keys.map(({ name }, position) => ({ AttributeName: name, KeyType: position === 0 ? 'HASH' : 'RANGE' }));
