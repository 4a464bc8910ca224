import fc from 'fast-check';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { createControlApi } from '../../lib/control/api/app.ts';
import type { ControlApi, ControlApiConfig } from '../../lib/control/api/context.ts';
import { problemKinds } from '../../lib/control/api/problems.ts';
import { StreamPlayback } from '../../lib/control/playback/stream-playback.ts';
import type { StreamDocument } from '../../lib/control-store/documents.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import { loopbackNames } from '../../lib/net/policy/loopback.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import { must } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

const config: ControlApiConfig = {
  ingestRtmpUrl: 'rtmp://127.0.0.1:1935/live',
  ingestRtmpsUrl: 'rtmps://127.0.0.1:1936/live',
  playbackBaseUrl: 'http://127.0.0.1:8090',
  pageBaseUrl: 'http://127.0.0.1:8080',
  region: 'local',
  keyPepper: 'a pepper of the fuzzer',
  allowedOrigins: [],
  maxLiveFeeds: 0,
};

const takenDown = (streamId: StreamId): StreamDocument<'takedown'> => ({
  streamId,
  kind: 'takedown',
  version: 1,
  open: true,
  body: { direction: 'takedown', reason: 'a reason', askedAtMs: 0, turn: 1, done: [] },
});
/** A store fills up with what is created, so it is replaced now and then. */
const requestsPerStore = 500;

class ApiUnderTest {
  readonly #faults: unknown[] = [];
  #store = openSqliteControlStore(':memory:');
  /** One for all stores: the library that describes its routes keeps the schemas of every app that was ever made. */
  readonly #app: ControlApi;
  #stream: Promise<StreamId> | undefined;
  #requests = 0;

  constructor() {
    const currentStore = new Proxy(this.#store, {
      get: (_, name: keyof ControlStore) => {
        const value = this.#store[name];
        return typeof value === 'function' ? value.bind(this.#store) : value;
      },
    });
    this.#app = createControlApi({
      store: currentStore,
      config,
      clock: { wallMs: () => 1_790_000_000_000, nowMs: () => 0 },
      emit: (event, fields) => {
        if (event === 'control.request.failed') this.#faults.push((fields as { cause?: unknown }).cause);
      },
      playback: {
        keys: { current: async () => ({ id: 'k001', secret: 'a secret of the fuzzer' }) },
        streams: new StreamPlayback({
          store: currentStore,
          region: config.region,
          edge: { setPlayback: async () => {}, revoke: async () => {} },
        }),
      },
      takedowns: { take: async (id) => takenDown(id), restore: async (id) => takenDown(id) },
    });
  }

  async get(): Promise<{ app: ControlApi; stream: StreamId; faults: unknown[] }> {
    if (this.#requests++ % requestsPerStore === 0) this.#stream = this.#startAnew();
    return { app: this.#app, stream: await this.#stream!, faults: this.#faults };
  }

  async #startAnew(): Promise<StreamId> {
    this.#store.close();
    this.#store = openSqliteControlStore(':memory:');
    const created = await this.#app.request('/v1/streams', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"A","playback":"signed"}',
    });
    const { id } = (await created.json()) as { id: StreamId };
    return id;
  }
}

let api: ApiUnderTest | undefined;
const routes = [
  'GET /v1/streams',
  'POST /v1/streams',
  'PATCH /v1/streams/ID',
  'POST /v1/streams/ID/keys',
  'GET /v1/streams/ID/events',
  'POST /v1/streams/ID/destinations',
  'PATCH /v1/streams/ID/destinations/x',
  'POST /v1/streams/ID/takedown',
  'POST /v1/streams/ID/end',
  'POST /v1/streams/ID/playback-sessions',
  'DELETE /v1/streams/ID/playback-sessions',
  'DELETE /v1/streams/ID/playback-sessions/mic1h8g07h2kqv0m4x9r',
  'GET /v1/fleet',
];

const fields = [
  'name',
  'reconnectWindowMs',
  'encoder',
  'graceSeconds',
  'url',
  'key',
  'enabled',
  'reason',
  'label',
  'playback',
  'ttlSeconds',
  'viewerId',
  'address',
];
const body = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.dictionary(
    fc.constantFrom(...fields),
    fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.webUrl({ validSchemes: ['rtmp'] })),
    {
      maxKeys: 4,
    },
  ),
);

export const apiTargets: readonly FuzzTarget[] = [
  {
    name: 'control-api',
    about:
      'a request at the control API: a line with method and target, one with If-Match and after a space Idempotency-Key, then the body',
    parsers: [
      'lib/control/api/problems.ts',
      'lib/control/api/playback.ts',
      'lib/control/api/guards.ts',
      'lib/control/api/downloads.ts',
      'lib/control/api/idempotency/idempotency-key.ts',
      'lib/control/api/idempotency/idempotency.ts',
      'lib/control/api/lists/stream-lists.ts',
      'lib/control/policy/fault-words.ts',
      'lib/net/policy/loopback.ts',
      'lib/adapters/local/sqlite/sqlite-control-store.ts',
      'lib/adapters/local/sqlite/sqlite-document-store.ts',
      'lib/adapters/local/sqlite/sqlite-idempotency-store.ts',
    ],
    words: [
      ...routes,
      '"name":"A"',
      '"url":"rtmps://example.com/live"',
      '"key":"k"',
      '?limit=',
      '&cursor=',
      '{',
      '}',
      '\n',
    ],
    shapes: fc
      .tuple(
        fc.constantFrom(...routes),
        fc.constantFrom('', '?limit=2', '?cursor=a', '?after=1'),
        fc.constantFrom('', '"1"', '*', ' k', ' "k"', '* k'),
        body,
      )
      .map(([route, query, headers, value]) =>
        Buffer.from(`${route}${query}\n${headers}\n${JSON.stringify(value)}`),
      ),
    async run(input) {
      const [line = '', headers = '', ...rest] = input.toString('utf8').split('\n');
      const [ifMatch = '', ...key] = headers.split(' ');
      api ??= new ApiUnderTest();
      const { app, stream, faults } = await api.get();
      loopbackNames(line);
      const [method = '', target = ''] = line.split(' ');
      let request: Request;
      try {
        request = new Request(new URL(target.replace('ID', stream), 'http://localhost'), {
          method,
          headers: {
            'content-type': 'application/json',
            ...(ifMatch !== '' && { 'if-match': ifMatch }),
            ...(key.length > 0 && { 'idempotency-key': key.join(' ') }),
          },
          ...(method !== 'GET' && method !== 'HEAD' && { body: rest.join('\n') }),
        });
      } catch {
        // No HTTP server passes such a request on.
        return;
      }
      const response = await app.request(request);
      await response.arrayBuffer();
      const fault = faults.pop();
      if (fault !== undefined) throw fault;
      const isOurs = response.status < 500 || response.status === problemKinds['live-feed-not-offered'][0];
      must(isOurs, `${line}: ${response.status}`);
    },
  },
];
