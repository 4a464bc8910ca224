import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { stepsOf } from '../../../lib/control/takedowns/policy/takedown-machine.ts';
import type {
  Audience,
  Broadcast,
  Destination,
  Download,
  HealthWindow,
  LocalProcess,
  Stream,
  StreamEvent,
  StreamHealth,
  Takedown,
} from '../../../lib/player/page/api/types.ts';
import { isBehind } from '../../../lib/player/page/model/stream-list.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';
import { formatStreamKey, newStreamKey } from '../../../lib/routing/stream-key.ts';
import { cannedHealth } from './canned-records.ts';
import { clockPlaceholder } from './sample-broadcast.ts';

/**
 * Control API and edge in one server that serves what a test puts in, for page states that are hard to produce on demand:
 * half a broadcast, an API that is down, an edge that is down.
 */
export interface CannedPlatform {
  readonly url: string;
  /** Adds a stream as the API would. */
  add(name: string, change?: Partial<Stream>): Stream;
  change(id: string, change: Partial<Stream>): void;
  /** Sets what the API reports about the stream's takedown; the edge responds with 410 unless it is `restored`. */
  report(id: string, report: Partial<Takedown> & Pick<Takedown, 'state'>): void;
  say(id: string, type: string, text: string): void;
  /** Sets the stream's health. @default excellent */
  measure(id: string, health: (window: HealthWindow) => StreamHealth): void;
  /** Cuts the open live feeds. */
  cutFeeds(): void;
  /** What is down: connections to it are cut. */
  down: { api: boolean; edge: boolean; feed: boolean };
  /** `METHOD path` of every request to the API, in order. */
  readonly requests: string[];
  /** Paths of every request to the edge, in order. */
  readonly deliveries: string[];
  /** Problems to respond with instead, by `METHOD path`. */
  readonly problems: Map<string, Readonly<Record<string, unknown>> & { readonly status: number }>;
  /** Ended broadcasts, newest first, by stream. */
  readonly recordings: Map<string, readonly Broadcast[]>;
  /** MP4 files, newest first, by broadcast. */
  readonly files: Map<string, readonly Download[]>;
  /** Audiences, by stream. @default nobody has watched */
  readonly audiences: Map<string, Audience>;
  /** Files beside the media of a broadcast, by its id, a slash and their name. */
  readonly extras: Map<string, string | Uint8Array>;
  /** Folders of media, by broadcast. @default the one that all share */
  readonly media: Map<string, string>;
  /** What the supervisor's API lists; the platform serves that, too. */
  readonly processes: LocalProcess[];
  close(): Promise<void>;
}

const onAirStates: ReadonlySet<string> = new Set(['starting', 'live', 'reconnecting']);

const types: Record<string, string> = {
  '.mpd': 'application/dash+xml',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.m4s': 'video/iso.segment',
  '.mp4': 'video/mp4',
};

/** `mediaDir` is served below `/local/<any stream>/<any broadcast>/`, unless the broadcast has a folder of its own. */
export async function startCannedPlatform(mediaDir: string): Promise<CannedPlatform> {
  const streams = new Map<string, Stream>();
  const events = new Map<string, StreamEvent[]>();
  const feeds = new Map<string, Set<ServerResponse>>();
  const takedowns = new Map<string, Takedown>();
  const healths = new Map<string, (window: HealthWindow) => StreamHealth>();
  const requests: string[] = [];
  const deliveries: string[] = [];
  const problems: CannedPlatform['problems'] = new Map();
  const recordings: CannedPlatform['recordings'] = new Map();
  const files: CannedPlatform['files'] = new Map();
  const audiences: CannedPlatform['audiences'] = new Map();
  const media: CannedPlatform['media'] = new Map();
  const extras: CannedPlatform['extras'] = new Map();
  const processes: LocalProcess[] = [];
  const down = { api: false, edge: false, feed: false };

  const server: Server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const add = (name: string, change: Partial<Stream> = {}): Stream => {
    const id = newStreamId();
    const stream: Stream = {
      id,
      name,
      state: 'idle',
      createdAt: new Date().toISOString(),
      reconnectWindowMs: 60_000,
      keys: [],
      version: 1,
      ingest: {
        rtmps: { url: 'rtmps://127.0.0.1:19443/live' },
        rtmp: { url: 'rtmp://127.0.0.1:19350/live' },
      },
      playback: {
        access: 'public',
        dash: `${url}/local/${id}/manifest.mpd`,
        hls: `${url}/local/${id}/index.m3u8`,
        page: `${url}/watch/${id}`,
        manifests: ['dash', 'hls'],
      },
      latency: 'low',
      embedding: 'anywhere',
      encoder: 'fleet',
      encoders: ['fleet'],
      cost: { encoder: 'fleet', perHourUsd: 0.2, parts: [], note: 'An estimate.' },
      destinations: [],
      ...change,
    };
    streams.set(id, stream);
    events.set(id, []);
    return stream;
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', url).pathname;
    const query = new URL(request.url ?? '/', url).searchParams;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'Content-Type, Range');
    response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PATCH, DELETE');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (path.startsWith('/v1/processes')) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return void response.end(JSON.stringify({ processes }));
    }
    if (path.startsWith('/v1/')) {
      if (down.api) return void response.destroy();
      requests.push(`${request.method} ${path}${request.method === 'DELETE' ? `?${query}` : ''}`);
      return answerApi(request, response, path, query);
    }
    if (down.edge) return void response.destroy();
    if (path === '/time') return void response.end(new Date().toISOString());
    deliveries.push(path);
    const takedown = takedowns.get(path.split('/')[2] ?? '');
    if (takedown && takedown.state !== 'restored') {
      // Chromium caches a 410 forever unless the response forbids it.
      return void response.writeHead(410, { 'Cache-Control': 'no-store' }).end();
    }
    const [, broadcast = '', file = path.slice(path.lastIndexOf('/') + 1)] =
      /^\/local\/[^/]+\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const found =
      extras.get(`${broadcast}/${file}`) ??
      (await readFile(join(media.get(broadcast) ?? mediaDir, normalize(`/${file}`))).catch(() => undefined));
    if (found === undefined) return void response.writeHead(404).end();
    const body = file.endsWith('.mpd') ? found.toString().replace(clockPlaceholder, `${url}/time`) : found;
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(body);
  }

  async function answerApi(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    const send = (status: number, body?: object) => {
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      response.writeHead(status, { 'Content-Type': type });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    const [, , , id = '', verb = '', live] = path.split('/');
    const method = request.method ?? '';
    const problem = problems.get(`${method} ${path}`);
    if (problem) return send(problem.status, problem);
    if (id === '' && method === 'GET') {
      const all = [...streams.values()].toSorted((a, b) => (isBehind(a, b) ? 1 : -1));
      if (query.has('onAir'))
        return send(200, { streams: all.filter(({ state }) => onAirStates.has(state)) });
      const from = all.findIndex(({ id }) => id === query.get('cursor')) + 1;
      const page = all.slice(from, from + Number(query.get('limit') ?? 50));
      const last = page.at(-1);
      return send(200, { streams: page, ...(last && last !== all.at(-1) && { cursor: last.id }) });
    }
    if (id === '' && method === 'POST') {
      const stream = add(String((await bodyOf(request)).name));
      const key = formatStreamKey(newStreamKey(stream.id as never));
      const { rtmps, rtmp } = stream.ingest;
      return send(201, { ...stream, ingest: { rtmps: { ...rtmps, key }, rtmp: { ...rtmp, key } } });
    }
    const stream = streams.get(id);
    if (!stream) return send(404, { title: 'Stream not found', status: 404 });
    if (verb === 'broadcasts')
      return send(...answerBroadcasts(id, path.split('/').slice(5), method, await bodyOf(request)));
    if (verb === 'card') {
      const { name, embedding, playback } = stream;
      return send(200, { id, name, embedding, access: playback.access });
    }
    if (verb === 'events' && live) {
      if (down.feed) return void response.destroy();
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(': open\n\n');
      const open = feeds.get(id) ?? new Set();
      feeds.set(id, open.add(response));
      response.on('close', () => open.delete(response));
      return;
    }
    if (verb === 'events') {
      const after = Number(query.get('after') ?? 0);
      return send(200, { events: (events.get(id) ?? []).filter(({ sequence }) => sequence > after) });
    }
    if (verb === 'health') {
      const window = query.get('window') === 'broadcast' ? 'broadcast' : 'recent';
      return send(200, (healths.get(id) ?? ((window) => cannedHealth({}, window)))(window));
    }
    if (verb === 'audience') {
      const series = { stepMs: 10_000, samples: [] };
      return send(200, audiences.get(id) ?? { viewers: 0, peak: 0, plays: 0, watchTimeMs: 0, series });
    }
    if (verb === 'keys') return send(201, { key: formatStreamKey(newStreamKey(id as never)) });
    if (verb === 'end') {
      change(id, { state: 'ended' });
      return send(202);
    }
    if (verb === 'takedown' && method === 'POST') {
      report(id, { state: 'taking-down', reason: String((await bodyOf(request)).reason) });
      return send(202, takedowns.get(id));
    }
    if (verb === 'restore') {
      report(id, { state: 'restoring' });
      return send(202, takedowns.get(id));
    }
    if (verb === 'takedown') {
      const found = takedowns.get(id);
      return found ? send(200, found) : send(404, { title: 'The stream was never taken down', status: 404 });
    }
    if (verb === 'destinations') return answerDestinations(stream, live, method, await bodyOf(request), send);
    if (method === 'PATCH') change(id, (await bodyOf(request)) as Partial<Stream>);
    if (method === 'DELETE') {
      streams.delete(id);
      const detail = 'Viewers get “gone” (410). The recordings stay until 2027-02-01T12:00:00.000Z.';
      return send(202, {
        streamId: id,
        recordings: 'keep',
        askedAt: '2026-11-22T18:00:00Z',
        state: 'deleted',
        darkAfterMs: 100,
        keptUntil: '2027-02-01T12:00:00.000Z',
        detail,
      });
    }
    return send(200, streams.get(id));
  }

  /** `rest`: broadcast, `downloads`, download. Returns status and body. */
  function answerBroadcasts(
    id: string,
    [broadcastId, downloads]: readonly string[],
    method: string,
    body: Record<string, unknown>,
  ): [status: number, body: object] {
    const recorded = recordings.get(id) ?? [];
    if (broadcastId === undefined) return [200, { broadcasts: recorded }];
    if (downloads === undefined) {
      recordings.set(
        id,
        recorded.filter((each) => each.id !== broadcastId),
      );
      return [202, { streamId: id, broadcastId, recordings: 'delete', state: 'deleted', detail: '' }];
    }
    const made = files.get(broadcastId) ?? [];
    if (method === 'GET') return [200, { downloads: made }];
    const asked = {
      ...{ id: `d${made.length}`, broadcastId, fileName: 'A.mp4', state: 'queued', progress: 0, ...body },
      askedAt: new Date().toISOString(),
    } as Download;
    files.set(broadcastId, [asked, ...made]);
    return [202, asked];
  }

  function answerDestinations(
    { id, destinations }: Stream,
    destinationId: string | undefined,
    method: string,
    body: Record<string, unknown>,
    send: (status: number, body?: object) => void,
  ): void {
    if (destinationId === undefined) {
      const { key: _, ...shown } = body;
      const about = { id: `d${destinations.length}`, enabled: true, createdAt: new Date().toISOString() };
      const made = { ...about, ...shown } as Destination;
      change(id, { destinations: [...destinations, made] });
      send(201, made);
      return;
    }
    const others = destinations.filter((one) => one.id !== destinationId);
    const found = destinations.find((one) => one.id === destinationId);
    if (method === 'DELETE') {
      change(id, { destinations: others });
      send(204);
      return;
    }
    const changed = { ...found, ...body } as Destination;
    change(id, { destinations: destinations.map((one) => (one === found ? changed : one)) });
    send(200, changed);
  }

  const report: CannedPlatform['report'] = (id, next) => {
    const before = takedowns.get(id);
    const direction = next.state === 'taking-down' || next.state === 'taken-down' ? 'takedown' : 'restore';
    const steps = stepsOf(direction).map((step) => ({ step, state: 'waiting' as const }));
    const first = { streamId: id, reason: 'No reason', askedAt: new Date().toISOString() };
    const { state, reason, askedAt } = takedowns
      .set(id, { ...first, ...before, steps, ...next })
      .get(id) as Takedown;
    change(id, { takedown: { state, reason, askedAt } });
  };

  const change = (id: string, next: Partial<Stream>): void => {
    const stream = streams.get(id);
    if (stream) streams.set(id, { ...stream, ...next });
  };

  return {
    url,
    down,
    requests,
    deliveries,
    problems,
    recordings,
    files,
    audiences,
    media,
    extras,
    processes,
    add,
    change,
    report,
    measure: (id, health) => void healths.set(id, health),
    say(id, type, text) {
      const journal = events.get(id) ?? [];
      const event = { sequence: journal.length + 1, at: new Date().toISOString(), type, text, data: {} };
      journal.push(event);
      for (const feed of feeds.get(id) ?? []) {
        feed.write(`id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`);
      }
    },
    cutFeeds() {
      for (const open of feeds.values()) for (const feed of open) feed.destroy();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
}
