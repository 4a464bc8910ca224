import { expect } from '@jest/globals';
import { z } from 'zod';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { createControlApi } from '../../../lib/control/api/app.ts';
import type {
  ControlApiConfig,
  ControlApiDependencies,
  PlaybackControl,
} from '../../../lib/control/api/context.ts';
import {
  DeletionRunner,
  type DeletionRunnerOptions,
} from '../../../lib/control/deletions/deletion-runner.ts';
import { StreamPlayback } from '../../../lib/control/playback/stream-playback.ts';
import type { EdgeDenials } from '../../../lib/control/ports.ts';
import { DownloadBook } from '../../../lib/control/recordings/download-book.ts';
import { TakedownRunner } from '../../../lib/control/takedowns/takedown-runner.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import { formatEntry } from '../../../lib/edge/policy/access/playback.ts';
import { type DatedKey, signingKeyAt } from '../../../lib/edge/policy/access/signing-keys.ts';
import { type MemberId, newBroadcastId, type StreamId } from '../../../lib/routing/ids.ts';
import type { EmitEvent } from '../../../lib/telemetry/events.ts';

export const config: ControlApiConfig = {
  ingestRtmpUrl: 'rtmp://127.0.0.1:1935/live',
  ingestRtmpsUrl: 'rtmps://127.0.0.1:1936/live',
  playbackBaseUrl: 'http://127.0.0.1:8090',
  pageBaseUrl: 'http://127.0.0.1:8080',
  region: 'local',
  keyPepper: 'a pepper of the tests',
  allowedHosts: ['localhost', '127.0.0.1:8070'],
  allowedOrigins: ['http://127.0.0.1:8080'],
  quarantineDays: 365,
  livePollMs: 5,
};

// biome-ignore lint/suspicious/noExplicitAny: bodies are held against the published schemas instead.
export type Body = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A clock that stands still until told. */
export class HandClock {
  wallTimeMs = 1_790_000_000_000;
  upMs = 5_000;
  wallMs = (): number => this.wallTimeMs;
  nowMs = (): number => this.upMs;
}

export interface TestApi {
  readonly store: ControlStore;
  /** What takedowns act on. */
  readonly edge: TestEdge;
  readonly takedowns: TakedownRunner;
  /** What was asked for; nothing makes it. */
  readonly downloads: DownloadBook;
  readonly clock: HandClock;
  /** What was logged, as JSON lines. */
  readonly log: string[];
  readonly app: ReturnType<typeof createControlApi>;
  /** Sends a request, and holds the answer against what the OpenAPI document declares for it. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A new stream as the API answered. */
  create(name?: string): Promise<Body>;
}

/** An edge, its caches and the origin behind it, in memory. */
interface TestEdge extends Pick<DeletionRunnerOptions, 'invalidations' | 'objects'> {
  readonly denials: EdgeDenials;
  readonly denied: Set<string>;
  readonly keys: Set<string>;
  /** Entries of streams, as an edge follows them. */
  readonly playback: Map<string, string>;
  readonly revoked: Set<string>;
  /** Nothing about playback can be stored. */
  failing: boolean;
}

/** The keys that playback links are signed with. */
export const testKeys: readonly DatedKey[] = [
  { id: 'k001', fromMs: 0, secret: 'a-secret-of-the-tests-0123456789' },
];

function playbackOf(edge: TestEdge, store: ControlStore): PlaybackControl {
  const stored = () => {
    if (edge.failing) throw new Error('The edge is away.');
  };
  return {
    keys: { current: async () => signingKeyAt(testKeys, 1) },
    streams: new StreamPlayback({
      store,
      region: config.region,
      edge: {
        async setPlayback(path, { mode, notBeforeMs }) {
          stored();
          edge.playback.set(path, formatEntry({ mode, notBeforeMs }));
        },
        async revoke(path, session) {
          stored();
          edge.revoked.add(`${path}/${session}`);
        },
      },
    }),
  };
}

function createTestEdge(): TestEdge {
  const denied = new Set<string>();
  const keys = new Set<string>();
  return {
    denied,
    keys,
    playback: new Map(),
    revoked: new Set(),
    failing: false,
    denials: {
      deny: async (path) => void denied.add(path),
      allow: async (path) => void denied.delete(path),
      forget: async (path) => void denied.delete(path),
      isDenied: async (path) => denied.has(path),
    },
    invalidations: { request: async (_, reference) => ({ id: reference }), isDone: async () => true },
    objects: {
      list: async (prefix) => ({ keys: [...keys].filter((key) => key.startsWith(prefix)), more: false }),
      async move(from, to) {
        if (keys.delete(from)) keys.add(to);
      },
      get: async () => undefined,
      delete: async (key) => void keys.delete(key),
      deleteAll: async (gone) => gone.forEach((key) => void keys.delete(key)),
    },
  };
}

export function createTestApi(
  changes: {
    store?: ControlStore;
    config?: Partial<ControlApiConfig>;
    callerOf?: ControlApiDependencies['callerOf'];
    playback?: false;
  } = {},
): TestApi {
  const store = changes.store ?? openSqliteControlStore(':memory:');
  const clock = new HandClock();
  const log: string[] = [];
  const emit: EmitEvent = (event, fields) => log.push(JSON.stringify({ event, ...(fields as object) }));
  const edge = createTestEdge();
  // Only waiting takes a takedown time, and none of ours.
  let waitedMs = 0;
  const parts = {
    ...edge,
    store,
    emit,
    region: config.region,
    clock: { wallMs: clock.wallMs, nowMs: () => waitedMs },
    pause: async (ms: number) => {
      waitedMs += ms;
    },
    runMs: 30,
  };
  const takedowns = new TakedownRunner({ ...parts, id: 'control-1' as MemberId });
  const deletions = new DeletionRunner(parts);
  const downloads = new DownloadBook({ store, clock, emit });
  const playback = changes.playback === false ? undefined : playbackOf(edge, store);
  const app = createControlApi({
    store,
    clock,
    emit,
    takedowns,
    deletions,
    downloads,
    playback,
    callerOf: changes.callerOf,
    config: { ...config, ...changes.config },
  });
  const document = documentOf(app);

  const call: TestApi['call'] = async (method, path, body, headers = {}) => {
    const response = await app.request(path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text === '' ? undefined : JSON.parse(text);
    holdAgainst(document, method, path, response, parsed);
    return { status: response.status, headers: response.headers, body: parsed };
  };
  return {
    store,
    edge,
    takedowns,
    downloads,
    clock,
    log,
    app,
    call,
    create: async (name = 'Studio A') => (await call('POST', '/v1/streams', { name })).body,
  };
}

const problem = { $ref: '#/components/schemas/Problem' };

type Document = ReturnType<ReturnType<typeof createControlApi>['getOpenAPI31Document']>;

let published: Document | undefined;

/** All our APIs have one document: its routes and schemas don't depend on what an API is made with. */
const documentOf = (app: TestApi['app']): Document => {
  published ??= app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } });
  return published;
};

/** Fails where a documented path answers with a status, media type or body that the document does not declare. */
function holdAgainst(document: Document, method: string, path: string, response: Response, body: unknown) {
  const bare = path.split('?', 1)[0]!;
  const template = Object.keys(document.paths ?? {}).find((candidate) =>
    new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  );
  const operation = template && document.paths?.[template]?.[method.toLowerCase() as 'get'];
  if (response.status >= 400) {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    jsonSchemaOf(document, problem).parse(body);
    expect(body).toMatchObject({ status: response.status, instance: bare });
  }
  if (!operation) return;
  const declared = operation.responses?.[String(response.status)];
  expect([`${method} ${template} declares ${response.status}`, declared !== undefined]).toEqual([
    `${method} ${template} declares ${response.status}`,
    true,
  ]);
  const type = response.headers.get('content-type')?.split(';', 1)[0];
  if (body !== undefined) jsonSchemaOf(document, declared.content?.[type ?? '']?.schema).parse(body);
  else expect(declared.content).toBeUndefined();
}

const validators = new WeakMap<
  Document,
  { readonly $defs: Record<string, unknown>; readonly made: Map<unknown, z.ZodType> }
>();

/** With the document’s schemas where JSON Schema has them. */
const moved = (schema: unknown) =>
  JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/'));

/** Those of the document's schemas that this one leads to: zod copies them all for each validator. */
function defsOf(schema: unknown, all: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const follow = (from: unknown): void => {
    for (const [, name = ''] of JSON.stringify(from).matchAll(/"#\/\$defs\/([^"/]+)/g)) {
      if (name in found) continue;
      found[name] = all[name];
      follow(all[name]);
    }
  };
  follow(schema);
  return found;
}

/** A validator made from the published JSON schema, not from the zod schema that the API itself uses. */
export function jsonSchemaOf(document: Document, schema: unknown): z.ZodType {
  expect(schema).toBeDefined();
  const of = validators.get(document) ?? { $defs: moved(document.components?.schemas), made: new Map() };
  validators.set(document, of);
  const known = of.made.get(schema);
  if (known) return known;
  const own = moved(schema);
  const validator = z.fromJSONSchema({ ...own, $defs: defsOf(own, of.$defs) });
  of.made.set(schema, validator);
  return validator;
}

/** Puts a stream on the air as a worker does: takes the lease and writes the broadcast. */
export async function goOnAir(
  { store, clock }: TestApi,
  streamId: StreamId,
  changes: Partial<BroadcastRecord> = {},
): Promise<BroadcastRecord> {
  const workerId = 'encoder-1' as MemberId;
  const observed = await store.getLease(streamId);
  const broadcastId = newBroadcastId(clock.wallMs(), observed?.broadcastId);
  const lease = await store.takeLease({ streamId, workerId, broadcastId, ...(observed && { observed }) });
  const record: BroadcastRecord = {
    id: broadcastId,
    streamId,
    state: 'live',
    startedAtMs: clock.wallMs(),
    workerId,
    epoch: lease.epoch,
    proxyId: 'ingest-1' as MemberId,
    input: { videoCodec: 'avc1.64001f', width: 1280, height: 720, frameRate: 29.97, bitrateBps: 4_200_000 },
    renditions: [{ id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000 }],
    ...changes,
  };
  await store.putBroadcast(record);
  return record;
}
