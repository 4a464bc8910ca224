import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ConditionFailedError, ControlStoreUnavailableError } from '../../../control-store/errors.ts';
import { type ControlTable, physicalName } from '../../../control-store/tables.ts';
import type { RetryPolicy } from '../../../retry/policy/backoff.ts';
import { retry } from '../../../retry/retry.ts';
import { type CallLimits, clientSettings } from '../client-settings.ts';
import { asStoreFault, isRefusal } from './dynamo-errors.ts';

export type Item = Readonly<Record<string, unknown>>;

/** A write that happens only if `condition` holds; otherwise throws `ConditionFailedError` with `refusal` as its message. */
export interface Conditional {
  /** Attributes are written as `#name`, values as `:name`. */
  readonly condition: string;
  readonly values?: Item;
  readonly refusal: string;
  /**
   * Marks this write, as attribute `writeId`. The SDK retries a request whose response was lost; if the first attempt succeeded,
   * its own result then refuses the second. The mark distinguishes that from a lost race.
   */
  readonly writeId?: string;
}

/**
 * Chosen for leases: a worker renews its lease twice a second, and others may take it after two seconds. A request without a
 * response after 400 ms (tens of times DynamoDB's usual latency within a region) is therefore retried once on another
 * connection, and after one second in total the caller gets an error. The SDK owns these two attempts; renewals, heartbeats and
 * journal writes retry on their own schedule.
 */
const limits: CallLimits = { timeoutMs: 400, tries: 2, maxConnections: 50 };

/** DynamoDB's limit for one BatchWriteItem. */
const batchSize = 25;
/** For items that a successful response left unprocessed; the SDK doesn't retry those. */
const whileBusy: RetryPolicy = { firstMs: 40, longestMs: 640, jitter: 0.25, tries: 6 };

/**
 * A client that fails fast when the store is unavailable. `config` overrides the environment. It always uses the regional
 * endpoint, never an account-specific one: programs without internet access reach DynamoDB only through their network's gateway
 * endpoint.
 */
export const newDynamoClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({ ...clientSettings(limits), accountIdEndpointMode: 'disabled', ...config });

/**
 * Requests to one deployment's tables, in plain values. Throws `ControlStoreUnavailableError` if the store is unreachable,
 * throttles or denies. Reads are strongly consistent, except index reads and those that ask for less.
 */
export class DynamoRequests {
  readonly #client: DynamoDBClient;
  readonly #prefix: string;
  readonly #giveUpAfterMs: number;
  #closed = false;

  constructor(client: DynamoDBClient, prefix: string, giveUpAfterMs = 1000) {
    this.#client = client;
    this.#prefix = prefix;
    this.#giveUpAfterMs = giveUpAfterMs;
  }

  /** `isEventual`: what was written a moment ago may be missing. */
  async get(
    table: ControlTable,
    key: Item,
    { isEventual = false }: { readonly isEventual?: boolean } = {},
  ): Promise<Item | undefined> {
    const command = new GetItemCommand({
      TableName: this.name(table),
      Key: attributes(key),
      ConsistentRead: !isEventual,
    });
    const { Item } = await this.#send((options) => this.#client.send(command, options));
    return Item && unmarshall(Item);
  }

  async put(
    table: ControlTable,
    item: Item,
    { condition, values, refusal, writeId }: Conditional,
  ): Promise<void> {
    const command = new PutItemCommand({
      TableName: this.name(table),
      Item: attributes({ ...item, writeId }),
      ConditionExpression: condition,
      ...placeholders(condition, values),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await this.#send((options) => this.#client.send(command, options));
    } catch (error) {
      ownWrite(error, refusal, writeId);
    }
  }

  /** Changes one item and returns the result. Without a condition, creates the item if it is missing. */
  async update(table: ControlTable, key: Item, change: string, rules: Partial<Conditional>): Promise<Item> {
    const { condition, values, refusal = 'The item was changed by another writer.', writeId } = rules;
    const expression = writeId === undefined ? change : `${change}, #writeId = :writeId`;
    const command = new UpdateItemCommand({
      TableName: this.name(table),
      Key: attributes(key),
      UpdateExpression: expression,
      ConditionExpression: condition,
      ...placeholders(`${expression} ${condition ?? ''}`, { ...values, writeId }),
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      const { Attributes } = await this.#send((options) => this.#client.send(command, options));
      if (!Attributes)
        throw new ControlStoreUnavailableError('The control store did not return the written item.');
      return unmarshall(Attributes);
    } catch (error) {
      return ownWrite(error, refusal, writeId);
    }
  }

  /** A conditional delete that the SDK repeats may find its own first attempt done, and then throws. */
  async delete(table: ControlTable, key: Item, rules?: Omit<Conditional, 'writeId'>): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.name(table),
      Key: attributes(key),
      ...(rules && {
        ConditionExpression: rules.condition,
        ...placeholders(rules.condition, rules.values),
      }),
    });
    try {
      await this.#send((options) => this.#client.send(command, options));
    } catch (error) {
      ownWrite(error, rules?.refusal ?? 'The item was changed by another writer.', undefined);
    }
  }

  /** The first `limit` items of a partition that meet the key condition `where`, or all of them. */
  async query(
    table: ControlTable,
    where: string,
    values: Item,
    options: {
      limit?: number;
      index?: string;
      newestFirst?: boolean;
      /** The keys, of table and index, behind which to begin; nothing need be there any more. */
      after?: Item | undefined;
      only?: readonly string[];
      /** An item written a moment ago may be missing. */
      isEventual?: boolean;
    } = {},
  ): Promise<Item[]> {
    const {
      limit = Number.POSITIVE_INFINITY,
      index,
      newestFirst = false,
      after,
      only,
      isEventual = false,
    } = options;
    const projection = only?.map((name) => `#${name}`).join(', ');
    const found: Item[] = [];
    let from: Record<string, AttributeValue> | undefined = after && attributes(after);
    do {
      const command = new QueryCommand({
        TableName: this.name(table),
        IndexName: index,
        ConsistentRead: index === undefined && !isEventual,
        KeyConditionExpression: where,
        ProjectionExpression: projection,
        ...placeholders(`${where} ${projection ?? ''}`, values),
        ScanIndexForward: !newestFirst,
        Limit: Number.isFinite(limit) ? limit - found.length : undefined,
        ExclusiveStartKey: from,
      });
      const page = await this.#send((sending) => this.#client.send(command, sending));
      found.push(...(page.Items ?? []).map((item) => unmarshall(item)));
      from = page.LastEvaluatedKey;
    } while (from && found.length < limit);
    return found;
  }

  /** Applies all `writes` or none. If another writer interfered, throws an error for which `isOvertaken` is true. */
  async transact(writes: readonly TransactWriteItem[]): Promise<void> {
    const command = new TransactWriteItemsCommand({ TransactItems: [...writes] });
    await this.#send((options) => this.#client.send(command, options));
  }

  /** Deletes items by key, batch by batch. */
  async deleteAll(table: ControlTable, keys: readonly Item[]): Promise<void> {
    const name = this.name(table);
    for (let start = 0; start < keys.length; start += batchSize) {
      let left = keys
        .slice(start, start + batchSize)
        .map((key) => ({ DeleteRequest: { Key: attributes(key) } }) as object);
      const busy = new ControlStoreUnavailableError(`${name} is throttling deletes.`);
      const deleteSome = async (): Promise<void> => {
        const command = new BatchWriteItemCommand({ RequestItems: { [name]: left } });
        const { UnprocessedItems } = await this.#send((options) => this.#client.send(command, options));
        left = UnprocessedItems?.[name] ?? [];
        // A busy table skips some requests without an error.
        if (left.length > 0) throw busy;
      };
      await retry(deleteSome, whileBusy, { again: (cause) => cause === busy });
    }
  }

  name(table: ControlTable): string {
    return physicalName(this.#prefix, table);
  }

  /** Aborts requests in progress; later ones are refused as unavailable. */
  close(): void {
    this.#closed = true;
    this.#client.destroy();
  }

  async #send<Output>(request: (options: { abortSignal: AbortSignal }) => Promise<Output>): Promise<Output> {
    if (this.#closed) throw new ControlStoreUnavailableError('The control store is closed.');
    try {
      return await request({ abortSignal: AbortSignal.timeout(this.#giveUpAfterMs) });
    } catch (error) {
      throw asStoreFault(error);
    }
  }
}

/** Converts a plain item to DynamoDB's format; undefined fields are left out. */
export const attributes = (item: Item): Record<string, AttributeValue> =>
  marshall(item, { removeUndefinedValues: true });

/** The names and values used in an expression. Names always use placeholders, because many words are reserved. */
export function placeholders(expression: string, values: Item = {}) {
  const names = [...expression.matchAll(/#(\w+)/g)].map(([mention, name]) => [mention, name]);
  const given = Object.entries(values).map(([name, value]) => [`:${name}`, value]);
  const marshalled = attributes(Object.fromEntries(given));
  return {
    ExpressionAttributeNames:
      names.length > 0 ? (Object.fromEntries(names) as Record<string, string>) : undefined,
    ExpressionAttributeValues: Object.keys(marshalled).length > 0 ? marshalled : undefined,
  };
}

/** Returns the item that refused the write if an earlier attempt of this same write created it; otherwise throws. */
function ownWrite(error: unknown, refusal: string, writeId: string | undefined): Item {
  if (!isRefusal(error)) throw error;
  const found = error.Item && unmarshall(error.Item);
  if (found && writeId !== undefined && found.writeId === writeId) return found;
  throw new ConditionFailedError(refusal, { cause: error });
}
