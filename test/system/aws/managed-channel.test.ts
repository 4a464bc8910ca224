import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListChannelsCommand, ListInputsCommand, MediaLiveClient } from '@aws-sdk/client-medialive';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createControlTables } from '../../../lib/adapters/aws/dynamodb/create-tables.ts';
import { openDynamoControlStore } from '../../../lib/adapters/aws/dynamodb/dynamo-control-store.ts';
import { createMediaLiveEncoder } from '../../../lib/adapters/aws/medialive/medialive-encoder.ts';
import { createS3ObjectStore } from '../../../lib/adapters/aws/s3-object-store.ts';
import { ChannelIndexWriter } from '../../../lib/control/managed-channels/channel-index-writer.ts';
import { sweepOrphans } from '../../../lib/control/managed-channels/channel-orphans.ts';
import { ChannelRunner } from '../../../lib/control/managed-channels/channel-runner.ts';
import { type ChannelPlan, planChannel } from '../../../lib/control/managed-channels/policy/channel-plan.ts';
import {
  feedChannel,
  unwantChannel,
  wantChannel,
} from '../../../lib/control-store/managed/managed-channel.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import type { EventName } from '../../../lib/telemetry/events.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';

// The emulator has create, describe, list, start, stop and delete of channels and inputs, with their tags; a state passes into
// the next when it is described. It has no request ids, no addresses of inputs, no quotas and no conflicts: for these there is
// a stand-in (test/adapters/aws/medialive/medialive-encoder.test.ts).

const region = 'eu-central-1';
const bucket = 'headwater-origin';
const plan = { region, channelClass: 'STANDARD' } as const;
const logged: { name: EventName; fields: object }[] = [];
const emit = (name: EventName, fields: object) => void logged.push({ name, fields });

let emulator: AwsEmulator;
let medialive: MediaLiveClient;
let s3: S3Client;
let store: ReturnType<typeof openDynamoControlStore>;
let encoder: ReturnType<typeof createMediaLiveEncoder>;
let objects: ReturnType<typeof createS3ObjectStore>;
/** Added to the time of day, so that nothing is waited for. */
let aheadMs = 0;
const wallMs = () => Date.now() + aheadMs;

beforeAll(async () => {
  emulator = await startEmulator();
  const client = new DynamoDBClient(emulator.client);
  await createControlTables(client, 'managed');
  store = openDynamoControlStore({ tablePrefix: 'managed', client, giveUpAfterMs: 20_000 });
  s3 = new S3Client(emulator.client);
  const location = { CreateBucketConfiguration: { LocationConstraint: region } } as const;
  await s3.send(new CreateBucketCommand({ Bucket: bucket, ...location }));
  objects = createS3ObjectStore({ bucket, client: emulator.client });
  medialive = new MediaLiveClient(emulator.client);
  encoder = createMediaLiveEncoder({
    around: {
      deployment: 'headwater',
      bucket,
      roleArn: 'arn:aws:iam::123456789012:role/channel',
      subnetIds: ['subnet-1', 'subnet-2'],
      securityGroupIds: ['sg-1'],
    },
    client: emulator.client,
  });
});
afterAll(async () => {
  store.close();
  objects.close();
  encoder.close();
  s3.destroy();
  medialive.destroy();
  await emulator.stop();
});

/** A new driver each time, as each invocation of the function may be. */
const runner = () =>
  new ChannelRunner({
    store,
    encoder,
    index: new ChannelIndexWriter(objects, region),
    plan,
    emit,
    wallMs,
    pause,
  });
const sweep = () => sweepOrphans({ store, encoder, plan, emit, wallMs });
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    aheadMs += 60_000;
    await sweep();
    await runner().driveAll();
  }
}

async function publishing() {
  const stream = {
    id: newStreamId(),
    name: 'Sunday',
    createdAtMs: 1,
    reconnectWindowMs: 3_600_000,
    keys: [],
    version: 1,
  };
  const broadcastId = newBroadcastId(wallMs());
  await store.createStream(stream);
  const workerId = 'encoder-1' as MemberId;
  const { epoch } = await store.takeLease({ streamId: stream.id, workerId, broadcastId });
  const body = wantChannel(undefined, { broadcastId, epoch, atMs: wallMs() });
  await store.putDocument({ streamId: stream.id, kind: 'channel', open: true, version: 0, body });
  return { streamId: stream.id, broadcastId, body };
}

/** What is there and not deleted, by the stream's tag. */
async function left(streamId: string): Promise<string[]> {
  const { Channels = [] } = await medialive.send(new ListChannelsCommand({}));
  const { Inputs = [] } = await medialive.send(new ListInputsCommand({}));
  return [...Channels, ...Inputs]
    .filter(({ Tags, State }) => Tags?.['headwater:stream'] === streamId && State !== 'DELETED')
    .map(({ Name, State }) => `${Name} ${State}`);
}

/** As a channel writes: without a condition. */
async function writePlaylists({ destinations }: ChannelPlan): Promise<void> {
  const main = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=3000000\nindex-720p-playlist.m3u8\n';
  for (const key of destinations) {
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: `${key}-720p-playlist.m3u8`, Body: '#EXTM3U\n' }),
    );
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${key}.m3u8`, Body: main }));
  }
}

describe('with the SDK, against an emulator', () => {
  test('a broadcast gets its channel, players are sent to it, and nothing is left when it is over', async () => {
    const { streamId, broadcastId, body } = await publishing();
    await minutes(2);
    expect((await store.getDocument(streamId, 'channel'))?.body.state).toBe('running');
    expect(await left(streamId)).toHaveLength(2);
    expect((await left(streamId))[0]).toMatch(/ RUNNING$/);

    await writePlaylists(planChannel({ streamId, broadcastId, askedAtMs: body.askedAtMs }, plan));
    await minutes(1);
    const live = await store.getDocument(streamId, 'channel');
    expect(live?.body.state).toBe('live');
    const index = (await objects.get(`${region}/${streamId}/index.m3u8`))?.body.toString();
    expect(index).toContain(`\n${broadcastId}/managed/0/index-720p-playlist.m3u8\n`);
    expect(index).toContain(`\n${broadcastId}/managed/1/index-720p-playlist.m3u8\n# epoch 1\n`);

    if (live) await store.putDocument({ ...live, body: unwantChannel(live.body, broadcastId) });
    await minutes(8);
    expect(await left(streamId)).toEqual([]);
    expect(await store.getDocument(streamId, 'channel')).toMatchObject({
      open: false,
      body: { state: 'gone' },
    });
    const journal = (await store.listEvents(streamId, { limit: 20 })).map(({ type }) => type);
    expect(journal).toEqual(['managed.channel.running', 'managed.channel.deleted']);
  });

  test('a channel starts as soon as something is pushed to it', async () => {
    const { streamId, broadcastId } = await publishing();
    const driving = runner().drive(streamId, 4_000);
    for (;;) {
      const document = await store.getDocument(streamId, 'channel');
      if (document?.body.state === 'ready') {
        await store.putDocument({ ...document, body: feedChannel(document.body, broadcastId) });
        break;
      }
      await pause(50);
    }
    await driving;
    const { body } = (await store.getDocument(streamId, 'channel')) ?? {};
    expect(['starting', 'running']).toContain(body?.state);
    if (body) expect(body.startedAtMs).toBeDefined();
  });

  test('what is left of a stream that was deleted is found by its tags, and removed', async () => {
    const { streamId } = await publishing();
    await minutes(4);
    expect(await left(streamId)).toHaveLength(2);
    await store.deleteStream(streamId);
    const before = logged.length;
    for (let round = 0; round < 4; round++) {
      await minutes(1);
      // The emulator's states pass when they are asked for.
      for (const one of await encoder.list()) {
        if (one.kind === 'channel') await encoder.findChannel(one, one.id);
        else await encoder.findInput(one, one.id);
      }
    }
    expect(await left(streamId)).toEqual([]);
    const removed = logged.slice(before).filter(({ name }) => name === 'managed.orphan.removed');
    expect(removed.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ streamId, kind: 'channel' }),
      expect.objectContaining({ streamId, kind: 'input' }),
    ]);
  });
});
