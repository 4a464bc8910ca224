import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ACMClient, ExportCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import * as keyValueStore from '@aws-sdk/client-cloudfront-keyvaluestore';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createControlTables } from '../../../lib/adapters/aws/dynamodb/create-tables.ts';
import { openDynamoControlStore } from '../../../lib/adapters/aws/dynamodb/dynamo-control-store.ts';
import { createS3ObjectStore } from '../../../lib/adapters/aws/s3-object-store.ts';
import { shownPictures } from '../../../lib/adapters/node/ffmpeg/decode.ts';
import { programCodec } from '../../../lib/config/programs/program.ts';
import { controlFunctionCodec } from '../../../lib/control/api/control-api-config.ts';
import { budgetStopFunctionCodec } from '../../../lib/control/budget/budget-stop-config.ts';
import { streamEventsFunctionCodec } from '../../../lib/control/event-forwarder/event-forwarder-config.ts';
import { fleetMetricsFunctionCodec } from '../../../lib/control/fleet-metrics/fleet-metrics-config.ts';
import { managedChannelsFunctionCodec } from '../../../lib/control/managed-channels/managed-channels-config.ts';
import { playbackKeysFunctionCodec } from '../../../lib/control/playback/playback-keys-config.ts';
import { DownloadBook } from '../../../lib/control/recordings/download-book.ts';
import { recordingsFunctionCodec } from '../../../lib/control/recordings/recordings-config.ts';
import { nextTakedown } from '../../../lib/control/takedowns/policy/takedown-machine.ts';
import { takedownsFunctionCodec } from '../../../lib/control/takedowns/takedowns-config.ts';
import { isStopping } from '../../../lib/control-store/budget-stop.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import { streamEvent } from '../../../lib/control-store/stream-events.ts';
import { parseSigningKeys, verifyingKeys } from '../../../lib/edge/policy/access/signing-keys.ts';
import { certificateFunctionCodec } from '../../../lib/ingest/certificate/certificate-config.ts';
import { readCertificateSecret } from '../../../lib/ingest/certificate/policy/certificate.ts';
import { relayKeysFunctionCodec } from '../../../lib/ingest/relay-keys/relay-keys-config.ts';
import { systemClock } from '../../../lib/net/clock.ts';
import { pageDocumentsFunctionCodec } from '../../../lib/player/documents/page-documents-config.ts';
import { parseRelayKeys } from '../../../lib/protocol/relay/seal.ts';
import { type BroadcastId, type MemberId, newStreamId, type StreamId } from '../../../lib/routing/ids.ts';
import { hashStreamKey, parseStreamKey } from '../../../lib/routing/stream-key.ts';
import { AwsFault, startAwsStandIn } from '../../../testkit/aws/aws-stand-in.ts';
import { EmulatedQueue } from '../../../testkit/aws/emulated-queue.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import { bundleFunctions, RunningFunction } from '../../../testkit/aws/functions.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';
import {
  prefix as recordedPrefix,
  shownAtMs,
  wholeBroadcast,
} from '../../control/recordings/recorded-broadcast.ts';

const handlers = [
  ...(['control-api', 'event-forwarder', 'fleet-metrics', 'certificate', 'playback-keys'] as const),
  ...(['takedowns', 'recordings', 'managed-channels', 'relay-keys'] as const),
  ...(['budget-stop', 'page-documents'] as const),
];
const prefix = 'live';

let emulator: AwsEmulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let modules: Map<string, string>;
let secrets: SecretsManagerClient;
let store: ControlStore & { close(): void };
const running: RunningFunction[] = [];

beforeAll(async () => {
  emulator = await startEmulator();
  folder = await temporaryFolder();
  modules = bundleFunctions(folder.path, handlers);
  secrets = new SecretsManagerClient(emulator.client);
  const tables = new DynamoDBClient(emulator.client);
  await createControlTables(tables, prefix);
  store = openDynamoControlStore({ tablePrefix: prefix, client: tables });
});
afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())));
afterAll(async () => {
  secrets.destroy();
  store.close();
  await emulator.stop();
  await folder.remove();
});

function start(handler: (typeof handlers)[number], env: Readonly<Record<string, string>>): RunningFunction {
  const started = new RunningFunction(modules.get(handler) ?? '', {
    ...emulator.environment,
    ...programCodec.encode({ metricsNamespace: 'Headwater/test' }),
    ...env,
  });
  running.push(started);
  return started;
}

describe('bundled as for a deploy', () => {
  test.each(handlers)('%s is small enough to start fast', (handler) => {
    expect(statSync(modules.get(handler)!).size).toBeLessThan(1_800_000);
  });

  test('a function that is told wrong says all of it, and does not start', async () => {
    const failing = start('control-api', { HEADWATER_REGION: '../x' });
    await expect(failing.invoke({})).rejects.toThrow(/EnvironmentError.*HEADWATER_CONTROL_STORE.*REGION/);
    expect(failing.output).toContain('"event":"process.failed"');
  });

  test('the control API makes a stream in DynamoDB, its key hashed under the pepper of Secrets Manager', async () => {
    const pepper = 'a pepper that nobody else has';
    await secrets.send(new CreateSecretCommand({ Name: 'live/key-pepper', SecretString: pepper }));
    const api = start(
      'control-api',
      controlFunctionCodec.encode({
        pushPorts: [],
        controlStore: `dynamodb:${prefix}`,
        keyPepper: 'secretsmanager:live/key-pepper',
        playbackKeys: 'secretsmanager:live/playback-keys',
        ingestRtmpsUrl: 'rtmps://ingest.example.com/live',
        playbackBaseUrl: 'https://live.example.com',
        pageBaseUrl: 'https://live.example.com',
        region: 'eu-central-1',
        origin: 's3://live-origin',
        edge: 'cloudfront:E1,arn:aws:cloudfront::111122223333:key-value-store/denials',
        takedownsFunction: 'live-takedowns',
        recordingsFunction: 'live-recordings',
        allowedOrigins: [],
      }),
    );
    const answer = (await api.invoke({
      version: '2.0',
      rawPath: '/v1/streams',
      rawQueryString: '',
      headers: { 'content-type': 'application/json' },
      requestContext: {
        domainName: 'abc.execute-api.eu-central-1.amazonaws.com',
        http: { method: 'POST' },
        authorizer: { iam: { userArn: 'arn:aws:iam::111122223333:user/ops' } },
      },
      body: '{"name":"Concert"}',
      isBase64Encoded: false,
    })) as { statusCode: number; body: string };
    expect(answer.statusCode).toBe(201);
    const { id, ingest } = JSON.parse(answer.body);
    const key = parseStreamKey(ingest.rtmps.key)!;
    expect(await store.getStream(id)).toMatchObject({
      name: 'Concert',
      keys: [{ hash: hashStreamKey(key, pepper) }],
    });
    expect(api.output).toContain('"event":"control.stream.created"');
    expect(api.output).not.toContain(pepper);
    expect(api.output).not.toContain(key.secret);
  });

  test('a takedown that was left half done is finished: denied, emptied, moved and told; a deletion, too', async () => {
    // The emulator has no key-value store.
    const keys = new Map<string, string>();
    const about = () => ({ ItemCount: keys.size, TotalSizeInBytes: 1, ETag: `E${keys.size}` });
    const edge = await startAwsStandIn({
      client: keyValueStore,
      format: 'rest-json',
      answer({ operation, input }) {
        if (operation === 'DescribeKeyValueStore')
          return { ...about(), KvsARN: input.KvsARN, Created: new Date() };
        if (operation === 'PutKey') {
          keys.set(input.Key, input.Value);
          return about();
        }
        const { ETag: _, ...found } = about();
        return keys.has(input.Key)
          ? { ...found, Key: input.Key, Value: keys.get(input.Key) }
          : new AwsFault('ResourceNotFoundException');
      },
    });
    const admin = new S3Client(emulator.client);
    await admin.send(
      new CreateBucketCommand({
        Bucket: 'live-origin',
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    );
    const objects = createS3ObjectStore({ bucket: 'live-origin', client: emulator.client });
    const cloudFront = new CloudFrontClient(emulator.client);
    const { Distribution } = await cloudFront.send(
      new CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: 'test',
          Comment: 'test',
          Enabled: true,
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: 'origin',
                DomainName: 'origin.s3.amazonaws.com',
                S3OriginConfig: { OriginAccessIdentity: '' },
              },
            ],
          },
          DefaultCacheBehavior: { TargetOriginId: 'origin', ViewerProtocolPolicy: 'https-only' },
        },
      }),
    );
    const id = newStreamId();
    const segment = `eu-central-1/${id}/broadcast/720p/1.m4s`;
    await objects.put(segment, Buffer.from('media'), { contentType: 'video/mp4', cacheControl: 'no-store' });
    await store.createStream({ id, name: 'A', createdAtMs: 1, reconnectWindowMs: 0, keys: [], version: 1 });
    const asked = nextTakedown(undefined, { type: 'take', reason: 'stolen', atMs: Date.now() });
    if (typeof asked !== 'object') throw new Error('No takedown');
    await store.putDocument({ streamId: id, kind: 'takedown', open: true, version: 0, body: asked });

    const finishes = start('takedowns', {
      ...takedownsFunctionCodec.encode({
        controlStore: `dynamodb:${prefix}`,
        origin: 's3://live-origin',
        edge: `cloudfront:${Distribution?.Id ?? ''},arn:aws:cloudfront::111122223333:key-value-store/0f0e`,
        region: 'eu-central-1',
      }),
      AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: edge.settings.endpoint.replace('127.0.0.1', 'stand-in.test'),
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, '../../../testkit/platform/loopback-names.mjs'))}`,
    });
    await finishes.invoke({ streamId: id });
    expect(finishes.output).not.toContain('"level":"error"');
    expect([...keys.keys()]).toEqual([`eu-central-1/${id}`]);
    expect(await objects.get(segment)).toBeUndefined();
    expect((await objects.get(`quarantine/${segment}`))?.body.toString()).toBe('media');
    expect((await store.getStream(id))?.takenDown).toMatchObject({ reason: 'stolen' });
    expect(await store.getDocument(id, 'takedown')).toMatchObject({ open: false });
    expect((await store.listEvents(id, { limit: 10 })).map(({ type }) => type)).toEqual([
      'stream.taken_down',
    ]);

    // A deletion of which nothing but the request was stored.
    const gone = newStreamId();
    const recording = `eu-central-1/${gone}/broadcast/720p/1.m4s`;
    const kept = { contentType: 'video/mp4', cacheControl: 'no-store' };
    await objects.put(recording, Buffer.from('media'), kept);
    await store.createStream({
      id: gone,
      name: 'B',
      createdAtMs: 1,
      reconnectWindowMs: 0,
      keys: [],
      version: 1,
    });
    const deletion = { recordings: 'delete' as const, askedAtMs: Date.now(), done: [] };
    const body = { pending: [deletion] };
    await store.putDocument({ streamId: gone, kind: 'deletions', open: true, version: 0, body });
    await finishes.invoke({ streamId: gone });
    expect(finishes.output).not.toContain('"level":"error"');
    expect([...keys.keys()]).toEqual([`eu-central-1/${id}`, `eu-central-1/${gone}`]);
    expect([await objects.get(recording), await store.getStream(gone)]).toEqual([undefined, undefined]);
    const left = await store.getDocument(gone, 'deletions');
    expect(left?.body.pending[0]?.done.map(({ step }) => step).sort()).toEqual([
      'deny',
      'invalidate',
      'objects',
      'records',
    ]);
    await finishes.invoke({ source: 'aws.events' });
    objects.close();
    admin.destroy();
    cloudFront.destroy();
    await edge.stop();
  });

  test('a real recording becomes an MP4 file in S3, whole and as a clip, and the files go when their time is over', async () => {
    const bucket = 'live-recordings';
    const admin = new S3Client(emulator.client);
    const LocationConstraint = 'eu-central-1';
    await admin.send(
      new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint } }),
    );
    const objects = createS3ObjectStore({ bucket, client: emulator.client });
    const [, streamId, broadcastId] = recordedPrefix.split('/') as [string, StreamId, BroadcastId];
    const kept = { contentType: 'video/mp4', cacheControl: 'no-store' };
    for (const [key, body] of wholeBroadcast().objects)
      await objects.put(key.replace(/^local/, 'eu-central-1'), body, kept);
    const about = { name: 'A', createdAtMs: 1, reconnectWindowMs: 0, keys: [], version: 1 };
    await store.createStream({ id: streamId, ...about });
    const book = new DownloadBook({ store, clock: systemClock, emit: () => {} });
    const wanted = { broadcastId, fileName: 'A 2026-11-27.mp4' };
    const whole = await book.ask(streamId, wanted);
    const clip = await book.ask(streamId, { ...wanted, startMs: 1_520, endMs: 6_000 });
    const makes = start(
      'recordings',
      recordingsFunctionCodec.encode({
        controlStore: `dynamodb:${prefix}`,
        origin: `s3://${bucket}`,
        region: 'eu-central-1',
      }),
    );
    await makes.invoke({ streamId });
    expect(makes.output).not.toMatch(/"level":"(?:warn|error)"/);
    expect(await book.list(streamId)).toMatchObject([
      { id: whole.id, state: 'ready', tries: 1 },
      { id: clip.id, state: 'ready', tries: 1, durationMs: 4_480 },
    ]);
    const keyOf = ({ id }: { readonly id: string }) =>
      `eu-central-1/${streamId}/${broadcastId}/download-${id}.mp4`;
    const picturesOf = async (file: { readonly id: string }) => {
      const { body } = (await objects.get(keyOf(file)))!;
      const { pictures, complaints } = await shownPictures(body);
      expect(complaints).toEqual([]);
      return pictures.map(({ number }) => number);
    };
    const every = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
    expect(await picturesOf(whole)).toEqual(every(0, 250));
    const shown = every(0, 250).filter((number) => shownAtMs(number) >= 1_520 && shownAtMs(number) < 6_000);
    expect(await picturesOf(clip)).toEqual(shown);
    const head = await admin.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(whole) }));
    expect(head.ContentDisposition).toMatch(/^attachment; filename="A 2026-11-27\.mp4"/);

    for (const { id } of [whole, clip])
      await book.change(streamId, id, (each) => ({ ...each, expiresAtMs: Date.now() - 1 }));
    await makes.invoke({ source: 'aws.events' });
    expect([await objects.get(keyOf(whole)), await objects.get(keyOf(clip))]).toEqual([undefined, undefined]);
    expect(await book.list(streamId)).toEqual([]);
    objects.close();
    admin.destroy();
  });

  test('managed channels are looked after though there are none', async () => {
    const drives = start(
      'managed-channels',
      managedChannelsFunctionCodec.encode({
        controlStore: `dynamodb:${prefix}`,
        origin: 's3://live-origin',
        deployment: 'live',
        region: 'eu-central-1',
        channelRole: 'arn:aws:iam::111122223333:role/live-medialive-eu-central-1',
        channelSubnets: ['subnet-1', 'subnet-2'],
        channelSecurityGroups: ['sg-1'],
        channelClass: 'STANDARD',
      }),
    );
    await drives.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} });
    expect(drives.output).not.toMatch(/"level":"(?:warn|error)"|"event":"managed/);
  });

  test('fleet metrics count who beats between two looks', async () => {
    const member = (id: string) => ({
      id: id as MemberId,
      role: 'encoder' as const,
      host: '10.0.0.1',
      port: 1940,
      capacity: 4,
      load: 1,
      state: 'active' as const,
    });
    await store.heartbeat(member('dead'));
    await store.heartbeat(member('lives'));
    const beating = setInterval(() => void store.heartbeat(member('lives')), 100);
    const measuring = start(
      'fleet-metrics',
      fleetMetricsFunctionCodec.encode({ controlStore: `dynamodb:${prefix}`, lookMs: 1_000 }),
    );
    await measuring.invoke({});
    clearInterval(beating);
    const lines = measuring.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.find(({ fleet }) => fleet === 'encoder')).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: 'Headwater/test', Dimensions: [['Role', 'Pool']] }] },
      Role: 'encoder',
      Pool: 'cpu',
      FleetMembers: 1,
      FleetHeadroomStreams: 3,
      FleetUtilization: 25,
    });
  });

  test('new broadcasts stop when AWS Budgets says that the budget is spent', async () => {
    const stops = start(
      'budget-stop',
      budgetStopFunctionCodec.encode({ controlStore: `dynamodb:${prefix}`, budget: 'live-headwater' }),
    );
    const record = (Message: string) => ({
      EventSource: 'aws:sns',
      Sns: { Subject: 'AWS Budgets', Message },
    });
    await stops.invoke({ Records: [record('Budget Name: another\nAlert Type: ACTUAL')] });
    expect(await store.getBudgetStop()).toBeUndefined();
    await stops.invoke({ Records: [record('Budget Name: live-headwater\nAlert Type: ACTUAL')] });
    expect(isStopping(await store.getBudgetStop(), Date.now())).toBe(true);
    expect(stops.output).toMatch(/control.budget.foreign.*control.budget.reached/s);
  });

  test('stream events go from a table’s stream to rules on the bus', async () => {
    const bus = new EventBridgeClient(emulator.client);
    const queue = await EmulatedQueue.create(emulator.endpoint, 'events');
    await bus.send(new CreateEventBusCommand({ Name: 'live-events' }));
    const at = { EventBusName: 'live-events', Rule: 'ended' };
    await bus.send(
      new PutRuleCommand({
        EventBusName: 'live-events',
        Name: 'ended',
        EventPattern: '{"source":["headwater"],"detail-type":["stream.ended"]}',
      }),
    );
    await bus.send(new PutTargetsCommand({ ...at, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
    bus.destroy();
    const line = streamEvent(
      'stream.ended',
      { reason: 'publisher-ended', durationMs: 60_000 },
      { streamId: '7h2kqv0m4x9rt3bz' as StreamId, atMs: 1_795_366_800_000 },
    );
    const forwarding = start(
      'event-forwarder',
      streamEventsFunctionCodec.encode({ eventBus: 'live-events' }),
    );
    const NewImage = marshall({ ...line, sequence: 9, expiresAt: 1_800_000_000 });
    const result = await forwarding.invoke({
      Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', NewImage } }],
    });
    expect(result).toEqual({ batchItemFailures: [] });
    const [message] = await queue.receive(1);
    expect(JSON.parse(message!)).toMatchObject({
      source: 'headwater',
      'detail-type': 'stream.ended',
      detail: { streamId: '7h2kqv0m4x9rt3bz', sequence: 9 },
    });
  });
});

describe('the documents of streams’ pages', () => {
  test('have what the region’s API says of a stream; if it says nothing, the edge is told to look elsewhere', async () => {
    const id = newStreamId();
    const asked: string[] = [];
    const api = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('Content-Type', 'application/json');
      response.end(
        JSON.stringify({ id, access: 'public', embedding: ['https://a.example'], name: 'Concert' }),
      );
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const apiBaseUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const admin = new S3Client(emulator.client);
    const Bucket = 'live-page';
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await admin.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    const files = {
      'index.html': '<title>Page</title><!-- tags -->',
      'embed.html': '<title>Player</title><!-- tags -->',
      'regions/eu-central-1.json': JSON.stringify({ apiBaseUrl }),
    };
    for (const [Key, Body] of Object.entries(files)) {
      await admin.send(new PutObjectCommand({ Bucket, Key, Body }));
    }
    const documents = start(
      'page-documents',
      pageDocumentsFunctionCodec.encode({ pageBucket: Bucket, region: 'eu-central-1' }),
    );
    const ask = async (page: string, rawPath = '/index.html', rawQueryString = '') =>
      (await documents.invoke({
        rawPath,
        rawQueryString,
        headers: { 'x-headwater-page': `https://live.example${page}` },
      })) as { statusCode: number; headers: Record<string, string>; body: string };

    const player = await ask(`/embed/${id}`, '/embed.html');
    expect(player.body).toMatch(/^<title>Concert · Headwater<\/title><meta property="og:site_name"/);
    expect(player.headers['Content-Security-Policy']).toContain('frame-ancestors https://a.example');
    const oembed = await ask('/oembed', '/oembed', `url=https://live.example/watch/${id}`);
    expect(JSON.parse(oembed.body)).toMatchObject({ type: 'video', title: 'Concert' });
    expect(asked).toEqual([`/v1/streams/${id}/card`]);
    // No such region is no such stream.
    expect((await ask(`/watch/${id}?region=us-east-1`)).body).toBe('<title>Page</title>');

    api.closeAllConnections();
    api.close();
    expect((await ask(`/watch/${newStreamId()}`)).statusCode).toBe(503);
    expect(documents.output).toContain('"event":"player.card.unavailable"');
    const empty = start(
      'page-documents',
      pageDocumentsFunctionCodec.encode({ pageBucket: 'live-none', region: 'eu-central-1' }),
    );
    const lost = (await empty.invoke({ rawPath: '/index.html', rawQueryString: '', headers: {} })) as {
      statusCode: number;
    };
    expect(lost.statusCode).toBe(503);
    expect(empty.output).toContain('"event":"player.document.failed"');
  });
});

describe('the playback keys', () => {
  test('are made and rotated where the API reads them and at the edge, and are never in the log', async () => {
    // The emulator has no key-value store.
    const keys = new Map<string, string>();
    const about = () => ({ ItemCount: keys.size, TotalSizeInBytes: 1 });
    const edge = await startAwsStandIn({
      client: keyValueStore,
      format: 'rest-json',
      answer({ operation, input }) {
        if (operation === 'DescribeKeyValueStore')
          return { ...about(), KvsARN: input.KvsARN, Created: new Date(), ETag: 'E1' };
        if (operation === 'PutKey') keys.set(input.Key, input.Value);
        if (operation === 'PutKey') return { ...about(), ETag: 'E1' };
        if (operation === 'ListKeys') return { Items: [] };
        const Value = keys.get(input.Key);
        return Value === undefined
          ? new AwsFault('ResourceNotFoundException')
          : { ...about(), Key: input.Key, Value };
      },
    });
    const SecretId = 'live/playback-keys-rotated';
    await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'k4Qz' }));
    const keeping = start('playback-keys', {
      ...playbackKeysFunctionCodec.encode({
        playbackKeysSecret: SecretId,
        keyValueStore: 'arn:aws:cloudfront::111122223333:key-value-store/0f0e',
        region: 'eu-central-1',
      }),
      AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: edge.settings.endpoint.replace('127.0.0.1', 'stand-in.test'),
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, '../../../testkit/platform/loopback-names.mjs'))}`,
    });
    const stored = async () => {
      const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
      return parseSigningKeys(SecretString);
    };
    await keeping.invoke({ 'detail-type': 'Scheduled Event' });
    const first = await stored();
    await keeping.invoke({ 'detail-type': 'Scheduled Event' });
    expect(await stored()).toEqual(first);
    await keeping.invoke({ rotate: true });
    const both = await stored();
    expect(both.map(({ id }) => id)).toEqual([first[0]?.id, expect.any(String)]);
    expect(keys.get('keys=eu-central-1')).toBe(verifyingKeys(both));
    for (const { secret } of both) expect(keeping.output).not.toContain(secret);
    expect(keeping.output).toContain('"event":"control.playback-keys.rotated"');
    await edge.stop();
  });
});

describe('the certificate', () => {
  /** The secret as the CDK makes it: with a random text in it that is no certificate. */
  async function emptySecret(name: string): Promise<string> {
    await secrets.send(new CreateSecretCommand({ Name: name, SecretString: 'k4Qz' }));
    return name;
  }
  const stored = async (name: string) => {
    const { SecretString, VersionId } = await secrets.send(new GetSecretValueCommand({ SecretId: name }));
    return { ...readCertificateSecret(SecretString ?? ''), version: VersionId };
  };

  test('is exported from ACM once for each issue, and its key is never in the log', async () => {
    const acm = new ACMClient(emulator.client);
    const request = async () => {
      const { CertificateArn } = await acm.send(
        new RequestCertificateCommand({
          DomainName: 'ingest.example.com',
          ValidationMethod: 'DNS',
          Options: { Export: 'ENABLED' },
        }),
      );
      return CertificateArn;
    };
    const [acmCertificate, acmRsaCertificate] = [await request(), await request()];
    const certificateSecret = await emptySecret('live/certificate-acm');
    const keeping = start(
      'certificate',
      certificateFunctionCodec.encode({ certificateSecret, acmCertificate, acmRsaCertificate }),
    );
    await keeping.invoke({ 'detail-type': 'ACM Certificate Available' });
    const first = await stored(certificateSecret);
    for (const [CertificateArn, pair] of [
      [acmCertificate, first.ec],
      [acmRsaCertificate, first.rsa],
    ] as const) {
      const exported = await acm.send(
        new ExportCertificateCommand({ CertificateArn, Passphrase: Buffer.from('word') }),
      );
      expect(pair?.certificate).toContain(exported.Certificate!.trim());
      expect(pair?.certificate).toContain(exported.CertificateChain!.trim());
      expect(pair?.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    }
    await keeping.invoke({ 'detail-type': 'Scheduled Event' });
    expect(await stored(certificateSecret)).toEqual(first);
    expect(keeping.output).toContain('"event":"ingest.certificate.renewed"');
    expect(keeping.output).toContain('"event":"ingest.certificate.kept"');
    expect(keeping.output).not.toMatch(/PRIVATE KEY|BEGIN/);
    acm.destroy();
  });

  test('is of our own making where there is no domain, and CloudFormation hears of it', async () => {
    const certificateSecret = await emptySecret('live/certificate-own');
    const answers: Record<string, unknown>[] = [];
    const cloudFormation = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      answers.push({
        ...JSON.parse(Buffer.concat(chunks).toString()),
        type: request.headers['content-type'],
      });
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => cloudFormation.once('listening', resolve));
    const ResponseURL = `http://127.0.0.1:${(cloudFormation.address() as AddressInfo).port}/answer?signature=x`;
    const request = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Current', ResponseURL };

    const serverName = 'ingest.headwater.internal';
    const keeping = start('certificate', certificateFunctionCodec.encode({ certificateSecret, serverName }));
    await keeping.invoke({ ...request, RequestType: 'Create' });
    const first = await stored(certificateSecret);
    expect(first).toMatchObject({ ec: expect.anything(), rsa: expect.anything() });
    await keeping.invoke({ ...request, RequestType: 'Update', PhysicalResourceId: 'older' });
    await keeping.invoke({ ...request, RequestType: 'Delete', PhysicalResourceId: 'older' });
    expect(await stored(certificateSecret)).toEqual(first);

    const missing = start(
      'certificate',
      certificateFunctionCodec.encode({
        certificateSecret,
        acmCertificate:
          'arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
      }),
    );
    await expect(missing.invoke({ ...request, RequestType: 'Create' })).rejects.toThrow('ResourceNotFound');
    const base = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Current' };
    const success = { ...base, PhysicalResourceId: certificateSecret, Status: 'SUCCESS' };
    expect(answers).toEqual([
      success,
      success,
      { ...success, PhysicalResourceId: 'older' },
      { ...success, Status: 'FAILED', Reason: expect.stringContaining('ResourceNotFound') },
    ]);
    cloudFormation.close();
  });
});

test('the relay keys are rotated as Secrets Manager asks for it: the new key first, the newest old one stays', async () => {
  const first = 'k'.repeat(64);
  const { ARN } = await secrets.send(
    new CreateSecretCommand({ Name: 'live/relay-keys', SecretString: first }),
  );
  const rotating = start('relay-keys', relayKeysFunctionCodec.encode({}));
  const keys = async () => {
    // Without it the emulator answers with the version that was current first.
    const inUse = { SecretId: ARN, VersionStage: 'AWSCURRENT' };
    const { SecretString } = await secrets.send(new GetSecretValueCommand(inUse));
    return parseRelayKeys(SecretString!)!;
  };
  const rotate = async (): Promise<void> => {
    const ClientRequestToken = randomUUID();
    for (const Step of [
      'createSecret',
      'createSecret',
      'setSecret',
      'testSecret',
      'finishSecret',
      'finishSecret',
    ])
      await rotating.invoke({ SecretId: ARN, ClientRequestToken, Step });
  };
  await rotate();
  const [second, ...older] = await keys();
  expect(older).toEqual([first]);
  await rotate();
  expect(await keys()).toEqual([expect.any(String), second]);
  for (const key of [first, ...(await keys())]) expect(rotating.output).not.toContain(key);
});
