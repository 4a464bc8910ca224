import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createControlTables } from '../../../lib/adapters/aws/dynamodb/create-tables.ts';
import { openDynamoControlStore } from '../../../lib/adapters/aws/dynamodb/dynamo-control-store.ts';
import { newDynamoClient } from '../../../lib/adapters/aws/dynamodb/dynamo-requests.ts';
import { openControlStore } from '../../../lib/adapters/control-stores.ts';
import { ConditionFailedError, ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import type { StreamRecord } from '../../../lib/control-store/records.ts';
import { controlTables, fleetPartitions } from '../../../lib/control-store/tables.ts';
import { leaseMs } from '../../../lib/encoder/lease/policy/fence.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import {
  answerLost,
  type DynamoProxy,
  type Fate,
  fault,
  silence,
  startDynamoProxy,
} from '../../../testkit/aws/dynamo-proxy.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';

let emulator: AwsEmulator;
let proxy: DynamoProxy;
/** With the time limits that programs have. */
let store: ControlStore & { close(): void };
/** Patient, for what is not about time. */
let patient: ControlStore & { close(): void };

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  const tablePrefix = `test-${randomUUID()}`;
  const maker = new DynamoDBClient(emulator.client);
  await createControlTables(maker, tablePrefix);
  maker.destroy();
  proxy = await startDynamoProxy(emulator.endpoint);
  const config = { ...emulator.client, endpoint: proxy.endpoint };
  store = openDynamoControlStore({ tablePrefix, client: newDynamoClient(config) });
  patient = openDynamoControlStore({
    tablePrefix,
    client: new DynamoDBClient({ ...config, maxAttempts: 2 }),
    giveUpAfterMs: 20_000,
  });
});
afterEach(async () => {
  store.close();
  patient.close();
  await proxy.stop();
});

const workerId = 'encoder-1' as MemberId;
const streamId = newStreamId();
const broadcastId = newBroadcastId(1);
const take = () => patient.takeLease({ streamId, workerId, broadcastId });
const stream = (changes: Partial<StreamRecord> = {}): StreamRecord => ({
  id: streamId,
  name: 'Studio A',
  createdAtMs: 1,
  reconnectWindowMs: 0,
  keys: [{ id: 'k1', hash: 'aa', createdAtMs: 1 }],
  version: 1,
  ...changes,
});
const event = (n: number) => ({ streamId, atMs: n, type: 'test.event', text: `Event ${n}.`, data: { n } });
const count = (operation: string) => proxy.requests.filter((each) => each.operation === operation).length;
const tokens = () => proxy.requests.map(({ body }) => body.ClientRequestToken);

describe('a DynamoDB that is away', () => {
  const faults: readonly [string, Fate][] = [
    ['throttles the table', fault('ProvisionedThroughputExceededException')],
    ['throttles the account', fault('RequestLimitExceeded')],
    ['throttles the caller', fault('ThrottlingException')],
    ['has a fault of its own', fault('InternalServerError', 500)],
    ['is overloaded', fault('ServiceUnavailable', 503)],
    ['denies', fault('AccessDeniedException')],
    ['finds the credentials expired', fault('ExpiredTokenException')],
    ['has no such table', fault('ResourceNotFoundException')],
    ['answers with nonsense', async () => ({ status: 200, body: '<html>' })],
    ['answers without the item that it wrote', async () => ({ status: 200, body: {} })],
    ['breaks the connection', async () => 'lost'],
    ['does not end its answer', async () => 'unfinished'],
    ['does not answer', silence],
  ];
  test.each(faults)('is unavailable when it %s, before others may take a lease', async (_, fate) => {
    proxy.always(fate);
    const sinceMs = performance.now();
    const hold = { streamId, workerId, epoch: 1 };
    await expect(store.renewLease(hold)).rejects.toBeInstanceOf(ControlStoreUnavailableError);
    expect(performance.now() - sinceMs).toBeLessThan(leaseMs);
    expect(count('UpdateItem')).toBeLessThanOrEqual(2);
  });

  test('is unavailable when nobody listens there', async () => {
    await proxy.stop();
    await expect(store.listFleet('encoder')).rejects.toBeInstanceOf(ControlStoreUnavailableError);
  });

  test('is asked once more before it is held unavailable', async () => {
    await take();
    proxy.next('GetItem', fault('InternalServerError', 500));
    expect(await patient.getLease(streamId)).toMatchObject({ workerId });
    proxy.next('GetItem', async () => 'lost');
    expect(await patient.getLease(streamId)).toMatchObject({ workerId });
  });

  test('is asked once more when it does not answer in time, before the caller gives up', async () => {
    const config = { ...emulator.client, endpoint: proxy.endpoint };
    const calm = { tablePrefix: 'none', client: newDynamoClient(config), giveUpAfterMs: 20_000 };
    const waiting = openDynamoControlStore(calm);
    proxy.next('GetItem', silence, async () => ({ status: 200, body: {} }));
    expect(await waiting.getLease(streamId)).toBeUndefined();
    expect(count('GetItem')).toBe(2);
    waiting.close();
  });

  test('is not held unavailable for a faulty request of ours', async () => {
    proxy.always(fault('ValidationException'));
    const refusal = await store.getLease(streamId).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'ValidationException' });
  });

  test('is unavailable once the store is closed', async () => {
    store.close();
    await expect(store.getStream(streamId)).rejects.toBeInstanceOf(ControlStoreUnavailableError);
    expect(proxy.requests).toEqual([]);
  });
});

describe('a write whose answer is lost', () => {
  test('takes the lease, when the second try meets what the first one wrote', async () => {
    proxy.next('UpdateItem', answerLost);
    const lease = await take();
    expect(count('UpdateItem')).toBe(2);
    expect(lease).toEqual({
      streamId,
      workerId,
      broadcastId,
      epoch: 1,
      version: 1,
      released: false,
      endRequested: false,
    });
    expect(await patient.getLease(streamId)).toEqual(lease);
  });

  test('takes over an observed lease in the same way, once', async () => {
    const observed = await take();
    proxy.next('UpdateItem', answerLost);
    const lease = await patient.takeLease({ streamId, workerId, broadcastId, observed });
    expect(lease).toMatchObject({ epoch: 2, version: 2 });
    expect(await patient.getLease(streamId)).toEqual(lease);
  });

  test('is refused where another’s lease is what the second try meets', async () => {
    proxy.next('UpdateItem', async () => {
      const other = { streamId, workerId: 'encoder-2' as MemberId, broadcastId };
      await patient.takeLease(other);
      return 'lost';
    });
    await expect(take()).rejects.toBeInstanceOf(ConditionFailedError);
    expect(await patient.getLease(streamId)).toMatchObject({ workerId: 'encoder-2', epoch: 1 });
  });

  test('is refused where the same worker took the lease by another call', async () => {
    proxy.next('UpdateItem', async () => {
      await take();
      return 'lost';
    });
    await expect(take()).rejects.toBeInstanceOf(ConditionFailedError);
  });

  test('renews, lets go and asks for the end as if it had been heard', async () => {
    await take();
    proxy.next('UpdateItem', answerLost);
    const renewed = await patient.renewLease({ streamId, workerId, epoch: 1 });
    expect(await patient.getLease(streamId)).toEqual(renewed);
    proxy.next('UpdateItem', answerLost);
    await patient.requestEnd(streamId, broadcastId);
    proxy.next('UpdateItem', answerLost);
    await patient.releaseLease({ streamId, workerId, epoch: 1 });
    expect(await patient.getLease(streamId)).toMatchObject({ released: true, endRequested: true });
  });

  test('creates and changes a stream', async () => {
    proxy.next('PutItem', answerLost);
    await patient.createStream(stream());
    proxy.next('PutItem', answerLost);
    expect(await patient.updateStream(stream({ name: 'Studio B' }))).toMatchObject({ version: 2 });
    expect(await patient.getStream(streamId)).toEqual(stream({ name: 'Studio B', version: 2 }));
    await expect(patient.createStream(stream())).rejects.toBeInstanceOf(ConditionFailedError);
  });

  test('writes a broadcast', async () => {
    const broadcast = {
      id: broadcastId,
      streamId,
      state: 'live',
      startedAtMs: 1,
      workerId,
      epoch: 1,
      renditions: [],
    } as const;
    proxy.next('PutItem', answerLost);
    await patient.putBroadcast(broadcast);
    expect(await patient.getBroadcast(streamId, broadcastId)).toEqual(broadcast);
  });

  test('appends an event under the same token, by which DynamoDB knows the transaction that it has done', async () => {
    proxy.next('TransactWriteItems', answerLost, async (_forward, { body }) =>
      body.ClientRequestToken === tokens().find((token) => token !== undefined)
        ? { status: 200, body: {} }
        : 'lost',
    );
    await patient.appendEvent(event(1));
    expect(count('TransactWriteItems')).toBe(2);
    const events = await patient.listEvents(streamId, { after: 0, limit: 10 });
    expect(events.map(({ data }) => data.n)).toEqual([1]);
  });
});

describe('appending events', () => {
  const cancelled = (code: string) =>
    fault('TransactionCanceledException', 400, { CancellationReasons: [{ Code: code }, { Code: 'None' }] });

  test('is tried again when another transaction is in the way', async () => {
    proxy.next('TransactWriteItems', cancelled('TransactionConflict'), cancelled('ConditionalCheckFailed'));
    await patient.appendEvent(event(1));
    expect(await patient.listEvents(streamId, { limit: 10 })).toMatchObject([{ sequence: 1 }]);
  });

  test('is unavailable when the tables throttle it', async () => {
    proxy.always(async (forward, { operation }) =>
      operation === 'TransactWriteItems'
        ? cancelled('ThrottlingError')(forward, { operation, body: {} })
        : forward(),
    );
    await expect(patient.appendEvent(event(1))).rejects.toBeInstanceOf(ControlStoreUnavailableError);
  });

  test('that were numbered while a reader read are read again, so that none is missed', async () => {
    for (const n of [1, 2, 3]) await patient.appendEvent(event(n));
    const withoutTheSecond: Fate = async (forward) => {
      const { status, body } = await forward();
      const { Items, ...page } = body as { Items: { sequence: { N: string } }[] };
      return { status, body: { ...page, Items: Items.filter(({ sequence }) => sequence.N !== '2') } };
    };
    for (const page of [{ after: 0, limit: 10 }, { after: 1, limit: 10 }, { limit: 10 }]) {
      proxy.next('Query', withoutTheSecond);
      const read = await patient.listEvents(streamId, page);
      expect(read.map(({ sequence }) => sequence)).toEqual(page.after === 1 ? [2, 3] : [1, 2, 3]);
    }
    // One that has expired stays away.
    proxy.next('Query', withoutTheSecond, withoutTheSecond);
    expect(await patient.listEvents(streamId, { after: 0, limit: 10 })).toHaveLength(2);
  });
});

describe('what is read', () => {
  test('is what was written last, from whichever copy it comes', async () => {
    await patient.getStream(streamId);
    await patient.getLease(streamId);
    await patient.getBroadcast(streamId, broadcastId);
    await patient.latestBroadcast(streamId);
    await patient.listEvents(streamId, { limit: 1 });
    await patient.listEvents(streamId, { after: 0, limit: 1 });
    expect(proxy.requests.map(({ body }) => body.ConsistentRead)).toEqual(Array(6).fill(true));
  });

  test('but for the fleet, which beats again a second later, and for leases in sweeps, which are read again', async () => {
    await patient.listFleet('encoder');
    await patient.getLease(streamId, { isEventual: true });
    const asked = proxy.requests.map(({ body }) => body.ConsistentRead);
    expect(asked).toEqual([...fleetPartitions('encoder'), 'lease'].map(() => false));
  });
});

describe('the list of open broadcasts', () => {
  test('is written when a broadcast opens and when it ends, not by what its worker writes in between', async () => {
    const { name, ...index } = controlTables.streams.indexes[1];
    expect(name).toBe('open-items');
    const broadcast = { id: broadcastId, streamId, startedAtMs: 1, workerId, epoch: 1, renditions: [] };
    for (const state of ['starting', 'live', 'reconnecting', 'ended'] as const) {
      await patient.putBroadcast({ ...broadcast, state });
    }
    const { partitionKey, sortKey } = controlTables.streams;
    const keys = [index.partitionKey, index.sortKey, partitionKey, sortKey].map((key) => key.name);
    const written = proxy.requests.map(({ body }) =>
      keys.map((key) => (body.Item as Record<string, unknown>)[key]),
    );
    const [opening, ...others] = written;
    expect(opening).not.toContain(undefined);
    expect(others.slice(0, 2)).toEqual([opening, opening]);
    expect(others[2]?.[0]).toBeUndefined();
  });
});

describe('what nobody deletes', () => {
  const hours = 60 * 60;
  /** How far from now, in seconds, an expiry lies. */
  const ahead = (value: unknown) => Number((value as { N: string }).N) - Date.now() / 1000;

  test('expires: a member of the fleet after a day without a heartbeat', async () => {
    await patient.heartbeat({
      id: workerId,
      role: 'encoder',
      host: 'h',
      port: 1,
      capacity: 1,
      load: 0,
      state: 'active',
    });
    const values = proxy.requests.at(-1)?.body.ExpressionAttributeValues as Record<string, unknown>;
    expect(Math.abs(ahead(values[':expiresAt']) - 24 * hours)).toBeLessThan(60);
  });

  test('expires: an event after its time, which readers do not see', async () => {
    await patient.appendEvent(event(1));
    const writes = proxy.requests.at(-1)?.body.TransactItems as { Put?: { Item: { expiresAt: unknown } } }[];
    const put = writes.find(({ Put }) => Put)?.Put;
    expect(Math.abs(ahead(put?.Item.expiresAt) - 90 * 24 * hours)).toBeLessThan(60);
    expect(await patient.listEvents(streamId, { limit: 1 })).toEqual([{ ...event(1), sequence: 1 }]);
  });

  test('expires when the program’s environment says', async () => {
    const { region, credentials } = emulator.client;
    const env = {
      AWS_ENDPOINT_URL: proxy.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    const before = { ...process.env };
    Object.assign(process.env, env);
    proxy.always(async () => ({ status: 200, body: {} }));
    const told = await openControlStore('dynamodb:told', { eventRetentionDays: 5 });
    await told.appendEvent(event(1)).finally(() => {
      told.close();
      for (const name of Object.keys(env)) delete process.env[name];
      Object.assign(process.env, before);
    });
    const writes = proxy.requests.at(-1)?.body.TransactItems as { Put?: { Item: { expiresAt: unknown } } }[];
    const put = writes.find(({ Put }) => Put)?.Put;
    expect(Math.abs(ahead(put?.Item.expiresAt) - 5 * 24 * hours)).toBeLessThan(60);
  });
});

describe('much data', () => {
  test('is read over as many answers as DynamoDB makes of it', async () => {
    // DynamoDB answers with at most 1 MB.
    const name = 'n'.repeat(300_000);
    const ids = Array.from({ length: 7 }, () => newStreamId());
    for (const [at, id] of ids.entries())
      await patient.createStream(stream({ id, name, createdAtMs: 7 - at }));
    const all = await patient.listStreams({ limit: 10 });
    expect(all.streams.map(({ id }) => id)).toEqual(ids);
    expect(count('Query')).toBeGreaterThan(1);
    const page = await patient.listStreams({ limit: 5 });
    expect(page).toMatchObject({ next: { createdAtMs: 3, id: ids[4] } });
    expect(page.streams.map(({ id }) => id)).toEqual(ids.slice(0, 5));
  });

  test('goes with its stream, though DynamoDB leaves deletions undone at first', async () => {
    await patient.createStream(stream());
    for (let n = 0; n < 30; n++) await patient.appendEvent(event(n));
    const undone: Fate = async (_forward, { body }) => ({
      status: 200,
      body: { UnprocessedItems: body.RequestItems },
    });
    proxy.next('BatchWriteItem', undone);
    await patient.deleteStream(streamId);
    expect(await patient.listEvents(streamId, { after: 0, limit: 100 })).toEqual([]);
    expect(await patient.listStreams({ limit: 10 })).toEqual({ streams: [] });
  });
});

describe('a deletion that breaks off', () => {
  test('leaves a stream that no key opens, and that can be deleted again', async () => {
    await patient.createStream(stream());
    await take();
    await patient.appendEvent(event(1));
    proxy.next('BatchWriteItem', fault('AccessDeniedException'));
    await expect(patient.deleteStream(streamId)).rejects.toBeInstanceOf(ControlStoreUnavailableError);
    expect(await patient.getStream(streamId)).toMatchObject({ keys: [] });
    await patient.deleteStream(streamId);
    expect(await patient.getStream(streamId)).toBeUndefined();
    expect(await patient.getLease(streamId)).toBeUndefined();
    expect(await patient.listEvents(streamId, { limit: 10 })).toEqual([]);
  });
});
