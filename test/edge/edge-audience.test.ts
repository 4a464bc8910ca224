import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { edgeAudienceSource } from '../../lib/adapters/node/http/edge-audience-source.ts';
import { listenEdge } from '../../lib/adapters/node/http/edge-server.ts';
import { createUpstream } from '../../lib/adapters/node/http/upstream.ts';
import type { AudienceTake } from '../../lib/audience/policy/tally.ts';
import { EdgeCache } from '../../lib/edge/cache.ts';
import { EdgeAudience } from '../../lib/edge/edge-audience.ts';
import { EdgeHandler } from '../../lib/edge/service.ts';
import { systemClock } from '../../lib/net/clock.ts';
import {
  requestsOf,
  type SyntheticRequest,
  syntheticViewers,
  watchingAt,
} from '../audience/policy/synthetic-viewers.ts';
import { edgeInMemory } from './edge-in-memory.ts';

const streamPath = 'local/7h2kqv0m4x9rt3bz';
const broadcastId = '1jm8p0v4c7h2kqv0';
const token = 'the-token-of-this-machine';

describe('a real edge with 1,000 viewers over HTTP', () => {
  const time = { nowMs: 0 };
  const asked: string[] = [];
  const cleanups: (() => unknown)[] = [];
  let url = '';
  let port = 0;

  beforeAll(async () => {
    const origin = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('cache-control', request.url?.endsWith('.m4s') ? 'max-age=3600' : 'max-age=1');
      response.end('media');
    });
    await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
    const upstream = createUpstream({ url: `http://127.0.0.1:${(origin.address() as AddressInfo).port}` });
    const cache = new EdgeCache({ upstream, clock: systemClock, emit: () => {}, limitsClients: true });
    const viewers = new EdgeAudience({ ...systemClock, nowMs: () => time.nowMs });
    const service = new EdgeHandler({
      tier: 'edge',
      cache,
      clock: systemClock,
      gzip: promisify(gzip),
      audience: { viewers, token },
    });
    const server = await listenEdge({ service, host: '127.0.0.1', port: 0 });
    port = server.port;
    url = `http://127.0.0.1:${port}`;
    cleanups.push(
      () => server.close(100),
      () => upstream.close(),
      () => origin.close(),
    );
  });
  afterAll(async () => {
    for (const clean of cleanups) await clean();
  });

  test('counts them within 5 %, and its cache knows nothing of CMCD', async () => {
    const forMs = 30_000;
    const viewers = syntheticViewers(7, { average: 1_000, stayMs: 120_000, forMs });
    const source = edgeAudienceSource(url, token);
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    cleanups.unshift(() => agent.destroy());
    const takes: { readonly atMs: number; readonly take: AudienceTake }[] = [];
    // What is asked within 200 ms goes out together; the edge's clock moves in between.
    const pictures = requestsOf(viewers, 8, forMs).filter(({ name }) => name.startsWith('720p/'));
    for (const [atMs, together] of inSteps(pictures, 200)) {
      time.nowMs = atMs;
      await Promise.all(together.map((request) => ask(port, agent, request)));
      if (atMs % 10_000 === 0) for (const take of await source.take()) takes.push({ atMs, take });
    }
    const counted = takes.filter(({ take, atMs }) => take.broadcastId === broadcastId && atMs >= 20_000);
    expect(counted.length).toBeGreaterThanOrEqual(2);
    for (const { atMs, take } of counted) {
      const truth = watchingAt(viewers, atMs - 10_000);
      expect(Math.abs(take.viewers - truth) / truth).toBeLessThan(0.05);
    }
    expect(asked.filter((path) => path.includes('CMCD'))).toEqual([]);
    const segments = asked.filter((path) => path.endsWith('.m4s'));
    expect(new Set(segments).size).toBe(segments.length);
  });
});

/** Requests by steps of time, each with the step's end. */
function inSteps(requests: readonly SyntheticRequest[], stepMs: number): [number, SyntheticRequest[]][] {
  const steps = new Map<number, SyntheticRequest[]>();
  for (const request of requests) {
    const step = Math.ceil((request.atMs + 1) / stepMs) * stepMs;
    const together = steps.get(step);
    if (together) together.push(request);
    else steps.set(step, [request]);
  }
  return [...steps];
}

function ask(port: number, agent: Agent, { name, cmcd }: SyntheticRequest): Promise<void> {
  const path =
    name === 'manifest.mpd' ? `/${streamPath}/manifest.mpd` : `/${streamPath}/${broadcastId}/${name}`;
  return new Promise((done, fail) => {
    get({ port, agent, host: '127.0.0.1', path: `${path}?CMCD=${encodeURIComponent(cmcd)}` }, (response) => {
      response.resume().once('end', done);
    }).once('error', fail);
  });
}

describe('which requests count', () => {
  const playlist = `/${streamPath}/${broadcastId}/720p/playlist.m3u8`;
  const segment = `/${streamPath}/${broadcastId}/720p/17.m4s`;

  /** Asks for each of these every two seconds for a while. Returns the viewers that were counted. */
  async function viewersOf(
    requests: readonly (readonly [target: string, headers?: Record<string, string>, address?: string])[],
    status = 200,
  ): Promise<number> {
    const { time, ask, upstream, viewers } = edgeInMemory({}, undefined, undefined, token);
    for (let turn = 0; turn < 10; turn++) {
      time.nowMs += 2_000;
      for (const [target, headers = {}, address] of requests) {
        const calls = upstream.calls.length;
        ask(target, headers, 'GET', address);
        if (upstream.calls.length === calls) continue;
        await upstream.last.head(status, { 'cache-control': 'max-age=60' });
        await upstream.last.end();
      }
    }
    return viewers.take().reduce((all, take) => all + take.viewers, 0);
  }

  test('of two players, by query and by header', async () => {
    const requests = [[`${segment}?CMCD=sid%3D%22a%22`], [segment, { 'cmcd-session': 'sid="b"' }]] as const;
    expect(await viewersOf(requests)).toBe(2);
  });
  test('of players without CMCD, by their playlists, told apart by address and software', async () => {
    const requests = [
      [playlist, { 'user-agent': 'One' }],
      [playlist, { 'user-agent': 'Two' }],
      [playlist, { 'user-agent': 'One' }, '192.0.2.9'],
      [segment, { 'user-agent': 'One' }],
    ] as const;
    expect(await viewersOf(requests)).toBe(3);
  });
  test('not of a preview', async () => {
    expect(await viewersOf([[`${playlist}?CMCD=com.headwater-preview`]])).toBe(0);
  });
  test('not of posters and storyboards, which a list shows, and the seek bar of a viewer who is counted', async () => {
    const names = ['poster.jpg', 'storyboard.vtt', 'storyboard-0-1-0.jpg'];
    const pictures = names.map((name) => [`/${streamPath}/${broadcastId}/${name}`] as const);
    expect(await viewersOf([...pictures, [`${segment}?CMCD=sid%3D%22a%22`]])).toBe(1);
  });
  test('not what is not there', async () => {
    expect(await viewersOf([[`${segment}?CMCD=sid%3D%22a%22`]], 404)).toBe(0);
  });
});

test('the counts are given to nobody without the token', () => {
  const { ask } = edgeInMemory({}, undefined, undefined, token);
  expect(ask('/_audience').status).toBe(401);
  expect(ask('/_audience', { authorization: 'Bearer something-else-entirely' }).status).toBe(401);
  expect(ask('/_audience', { authorization: `Bearer ${token}` }, 'HEAD').status).toBe(405);
  const given = ask('/_audience', { authorization: `Bearer ${token}` });
  expect([given.status, given.text]).toEqual([200, '{"takes":[]}']);
});

test('an edge without an audience has no counts', () => {
  expect(edgeInMemory().ask('/_audience').status).toBe(404);
});
