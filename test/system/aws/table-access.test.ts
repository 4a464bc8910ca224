import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createControlTables } from '../../../lib/adapters/aws/dynamodb/create-tables.ts';
import { openDynamoControlStore } from '../../../lib/adapters/aws/dynamodb/dynamo-control-store.ts';
import type { AudienceStore } from '../../../lib/audience/ports.ts';
import type { DeletionStore } from '../../../lib/control/deletions/deletion-runner.ts';
import type { FleetMeasurement } from '../../../lib/control/fleet-metrics/measure-fleets.ts';
import type { ChannelStore } from '../../../lib/control/managed-channels/channel-runner.ts';
import type { TakedownStore } from '../../../lib/control/takedowns/takedown-runner.ts';
import type { BudgetStore, ControlStore } from '../../../lib/control-store/ports.ts';
import { type ControlRole, type TableAccess, tableAccess } from '../../../lib/control-store/table-access.ts';
import { controlTableNames, physicalName } from '../../../lib/control-store/tables.ts';
import type { EncoderStore } from '../../../lib/encoder/ports.ts';
import type { IngestStore } from '../../../lib/ingest/ports.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import { type DynamoProxy, type DynamoRequest, startDynamoProxy } from '../../../testkit/aws/dynamo-proxy.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';

const tablePrefix = `test-${randomUUID()}`;
let emulator: AwsEmulator;
let proxy: DynamoProxy;
let store: ControlStore & { close(): void };
beforeAll(async () => {
  emulator = await startEmulator();
  proxy = await startDynamoProxy(emulator.endpoint);
  const client = new DynamoDBClient({ ...emulator.client, endpoint: proxy.endpoint });
  await createControlTables(client, tablePrefix);
  // One event is kept, so that the second pushes the first out.
  store = openDynamoControlStore({ tablePrefix, client, keptEvents: 1, giveUpAfterMs: 20_000 });
});
afterAll(async () => {
  store.close();
  await proxy.stop();
  await emulator.stop();
});

const streamId = newStreamId();
const broadcastId = newBroadcastId(1);
const workerId = 'encoder-1' as MemberId;
const stream = { id: streamId, name: 'A', createdAtMs: 1, reconnectWindowMs: 0, keys: [], version: 1 };
const broadcast = { id: broadcastId, streamId, startedAtMs: 1, workerId, epoch: 1, renditions: [] };
const member = { id: workerId, role: 'encoder', host: 'h', port: 1, capacity: 1, load: 0 } as const;
const document = {
  streamId,
  kind: 'pushes',
  open: true,
  version: 0,
  body: { proxyId: 'ingest-1' as MemberId, destinations: [] },
} as const;
const hold = { streamId, workerId, epoch: 1 };
const request = { id: 'r', holder: 'h', untilMs: 2 };

/** One call of each method, in an order in which each has something to do. */
const calls: { readonly [Method in keyof ControlStore]: () => Promise<unknown> } = {
  createStream: () => store.createStream(stream),
  updateStream: () => store.updateStream(stream),
  getStream: () => store.getStream(streamId),
  async listStreams() {
    await store.listStreams({ limit: 1 });
    await store.listStreams({ limit: 1, owner: 'someone' });
  },
  getBudgetStop: () => store.getBudgetStop(),
  putBudgetStop: () => store.putBudgetStop({ reachedAtMs: 1, untilMs: 2, version: 0 }),
  countUse: () => store.countUse({ subject: 'create/someone', window: 1, most: 1 }),
  claimRequest: () => store.claimRequest({ ...request, fingerprint: 'f' }, 1),
  answerRequest: () => store.answerRequest({ ...request, answer: 'a' }),
  releaseRequest: () => store.releaseRequest(request),
  putDocument: () => store.putDocument(document),
  getDocument: () => store.getDocument(streamId, 'pushes'),
  listOpenDocuments: () => store.listOpenDocuments('pushes', { limit: 1 }),
  putBroadcast: () => store.putBroadcast({ ...broadcast, state: 'live' }),
  getBroadcast: () => store.getBroadcast(streamId, broadcastId),
  latestBroadcast: () => store.latestBroadcast(streamId),
  listBroadcasts: () => store.listBroadcasts(streamId, 1),
  listOpenBroadcasts: () => store.listOpenBroadcasts({ limit: 1 }),
  takeLease: () => store.takeLease({ streamId, workerId, broadcastId }),
  getLease: () => store.getLease(streamId),
  renewLease: () => store.renewLease(hold),
  requestEnd: () => store.requestEnd(streamId, broadcastId),
  releaseLease: () => store.releaseLease(hold),
  heartbeat: () => store.heartbeat({ ...member, state: 'active' }),
  listFleet: () => store.listFleet('encoder'),
  removeMember: () => store.removeMember('encoder', workerId),
  async appendEvent() {
    const event = { streamId, atMs: 1, type: 'test.event', text: 'Event.', data: {} };
    await store.appendEvent(event);
    await store.appendEvent(event);
  },
  listEvents: () => store.listEvents(streamId, { limit: 1 }),
  deleteDocument: () => store.deleteDocument({ ...document, version: 1 }),
  deleteBroadcast: () => store.deleteBroadcast(streamId, broadcastId),
  deleteStream: () => store.deleteStream(streamId),
};

/** What a program may call of the store: the slice in its ports. */
const slices: { readonly [Role in ControlRole]: Readonly<Record<string, true>> } = {
  ingest: {
    getStream: true,
    getLease: true,
    getDocument: true,
    putDocument: true,
    appendEvent: true,
    heartbeat: true,
    listFleet: true,
    removeMember: true,
  } satisfies Record<keyof IngestStore, true>,
  encoder: {
    getStream: true,
    putBroadcast: true,
    latestBroadcast: true,
    getBroadcast: true,
    listBroadcasts: true,
    listOpenBroadcasts: true,
    getLease: true,
    takeLease: true,
    renewLease: true,
    releaseLease: true,
    requestEnd: true,
    heartbeat: true,
    listFleet: true,
    removeMember: true,
    appendEvent: true,
    getDocument: true,
    putDocument: true,
    getBudgetStop: true,
  } satisfies Record<keyof EncoderStore, true>,
  'live-origin': { getLease: true, listFleet: true },
  api: {
    createStream: true,
    countUse: true,
    claimRequest: true,
    answerRequest: true,
    releaseRequest: true,
    getStream: true,
    listStreams: true,
    updateStream: true,
    deleteStream: true,
    deleteBroadcast: true,
    getDocument: true,
    putDocument: true,
    deleteDocument: true,
    getBroadcast: true,
    latestBroadcast: true,
    listBroadcasts: true,
    listOpenBroadcasts: true,
    getLease: true,
    takeLease: true,
    releaseLease: true,
    requestEnd: true,
    listFleet: true,
    appendEvent: true,
    listEvents: true,
    getBudgetStop: true,
    putBudgetStop: true,
  } satisfies Partial<Record<keyof ControlStore, true>>,
  takedowns: {
    getStream: true,
    updateStream: true,
    getDocument: true,
    putDocument: true,
    listOpenDocuments: true,
    getLease: true,
    takeLease: true,
    releaseLease: true,
    requestEnd: true,
    appendEvent: true,
    listEvents: true,
    deleteStream: true,
    deleteBroadcast: true,
    deleteDocument: true,
  } satisfies Record<keyof TakedownStore | keyof DeletionStore, true>,
  recordings: { getDocument: true, putDocument: true, deleteDocument: true, listOpenDocuments: true },
  channels: {
    getStream: true,
    getBroadcast: true,
    getLease: true,
    getDocument: true,
    putDocument: true,
    listOpenDocuments: true,
    appendEvent: true,
  } satisfies Record<keyof ChannelStore, true>,
  audience: {
    getStream: true,
    latestBroadcast: true,
    getDocument: true,
    putDocument: true,
  } satisfies Record<keyof AudienceStore, true>,
  budget: { getBudgetStop: true, putBudgetStop: true } satisfies Record<keyof BudgetStore, true>,
  metrics: { listFleet: true } satisfies Record<keyof FleetMeasurement['store'], true>,
};

/** `PutItem streams`, or `Query streams/streams-by-id` of an index, for each part of a request that IAM looks at. */
function needs({ operation, body }: DynamoRequest): string[] {
  const table = (name: unknown) =>
    controlTableNames.find((each) => physicalName(tablePrefix, each) === name) ?? String(name);
  if (operation === 'BatchWriteItem') {
    return Object.keys(body.RequestItems as object).map((name) => `${operation} ${table(name)}`);
  }
  if (operation === 'TransactWriteItems') {
    return (body.TransactItems as Record<string, { TableName: string }>[]).flatMap((write) =>
      Object.entries(write).map(([kind, { TableName }]) => `${kind}Item ${table(TableName)}`),
    );
  }
  const index = body.IndexName === undefined ? '' : `/${body.IndexName}`;
  return [`${operation} ${table(body.TableName)}${index}`];
}

const granted = (role: ControlRole): string[] =>
  Object.entries(tableAccess[role]).flatMap(([table, access]: [string, TableAccess]) => [
    ...access.table.map((action) => `${action.replace('dynamodb:', '')} ${table}`),
    ...(access.queries ?? []).map((index) => `Query ${table}/${index}`),
  ]);

describe('the access that a role is given to the tables', () => {
  const needed = new Map<string, string[]>();
  beforeAll(async () => {
    for (const [method, call] of Object.entries(calls)) {
      const before = proxy.requests.length;
      await call();
      needed.set(method, proxy.requests.slice(before).flatMap(needs));
    }
  });

  test.each(Object.keys(slices) as ControlRole[])('is what the calls of %s need, and no more', (role) => {
    const used = new Set(Object.keys(slices[role]).flatMap((method) => needed.get(method) ?? []));
    expect([...used].sort()).toEqual(granted(role).sort());
  });
});
