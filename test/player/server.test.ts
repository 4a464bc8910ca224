import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pageCodec } from '../../lib/config/programs/page.ts';
import type { Embedding } from '../../lib/control-store/embedding.ts';
import { bundlePage } from '../../lib/player/bundle.ts';
import type { StreamCards } from '../../lib/player/documents/ports.ts';
import { contentSecurityPolicy } from '../../lib/player/policy/headers.ts';
import type { PageFiles } from '../../lib/player/policy/routes.ts';
import { createPageServer } from '../../lib/player/server.ts';

const reach = { apiBaseUrl: 'http://127.0.0.1:8081', edgeBaseUrl: 'https://edge.example:8443/base' };
let files: PageFiles;
let server: Server;
let base: string;

const [anyone, some, none, missing, down] = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(16)) as [
  ...[string, string, string, string, string],
];
const embedding: Readonly<Record<string, Embedding>> = {
  [anyone]: 'anywhere',
  [some]: ['https://a.example'],
  [none]: 'nowhere',
};
const cards: StreamCards = {
  async find(id, region = 'local') {
    if (id === down) throw new Error('The API is down.');
    const frames = region === 'local' ? embedding[id] : undefined;
    return frames && { id, access: 'public', embedding: frames, name: id === anyone ? 'Open' : 'Another' };
  },
};

beforeAll(async () => {
  files = await bundlePage();
  server = createPageServer(files, { ...reach, region: 'local' }, { cards });
  base = await open(server);
});
afterAll(() => close(server));

async function open(one: Server): Promise<string> {
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

async function close(one: Server): Promise<void> {
  const closed = once(one, 'close');
  one.close();
  one.closeAllConnections();
  await closed;
}

describe('the bundle', () => {
  test('keeps the player library and the broadcaster’s pages out of the scripts that everybody loads', () => {
    const html = Buffer.from(files.get('/index.html')?.body ?? []).toString();
    const scripts = html.match(/\/assets\/[\w-]+\.js/g) ?? [];
    expect(scripts.length).toBeGreaterThan(1);
    const sizes = scripts.map((name) => files.get(name)?.body.length ?? Number.NaN);
    expect(sizes.reduce((all, size) => all + size)).toBeLessThan(80_000);
    expect(Math.max(...[...files.values()].map(({ body }) => body.length))).toBeGreaterThan(400_000);
  });

  test('names no address outside itself in its page', () => {
    const html = Buffer.from(files.get('/index.html')?.body ?? []).toString();
    expect(html).toMatch(/src="\/assets\/page-\w+\.js"/);
    expect(html).toMatch(/href="\/assets\/page-\w+\.css"/);
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/);
  });
});

describe('the server', () => {
  test.each([
    '/',
    '/docs',
    '/docs/createStream',
    '/streams/7h2kqv0m4x9rt3bz',
    '/watch/7h2kqv0m4x9rt3bz?protocol=hls',
  ])('%s is the page and is asked for anew each time', async (path) => {
    const answer = await fetch(base + path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(await answer.text()).toContain('<div id="page">');
  });

  test('an unknown address is the page with status 404, a missing file is not the page', async () => {
    const page = await fetch(`${base}/nowhere`);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    const script = await fetch(`${base}/assets/page-OLD.js`);
    expect([script.status, script.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
  });

  test('files with a hash in their name are kept for ever, compressed, and confirmed by their tag', async () => {
    const name = [...files.keys()].find((path) => path.endsWith('.css')) ?? '';
    const first = await fetch(base + name, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(first.headers.get('cache-control')).toContain('immutable');
    expect(first.headers.get('content-encoding')).toBe('gzip');
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(base + name, { headers: { 'If-None-Match': etag, 'Accept-Encoding': 'gzip' } });
    expect(again.status).toBe(304);
  });

  test('the API’s document is there for programs and for the reference', async () => {
    const answer = await fetch(`${base}/openapi.json`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Headwater control API' } });
  });

  test('the page learns at run time where API and edge are', async () => {
    expect(await (await fetch(`${base}/config.json`)).json()).toEqual({ ...reach, region: 'local' });
  });

  test('every answer carries the policy that keeps the page to itself, the API and the edge', async () => {
    for (const path of ['/', '/config.json', '/assets/none.js']) {
      const { headers } = await fetch(base + path);
      expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy(reach));
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    const policy = contentSecurityPolicy(reach);
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:8081 https://edge.example:8443;");
    expect(policy).toContain("media-src 'self' blob: https://edge.example:8443;");
    expect(policy).not.toContain('unsafe');
  });

  test('other sites may show the player in a frame where its stream says so, and nothing else', async () => {
    const policyOf = async (path: string) => {
      const { headers } = await fetch(base + path);
      return [
        /frame-ancestors ([^;]+)/.exec(headers.get('content-security-policy') ?? '')?.[1],
        headers.get('x-frame-options'),
      ];
    };
    expect(await policyOf(`/embed/${anyone}`)).toEqual(['*', null]);
    expect(await policyOf(`/embed/${some}?region=local`)).toEqual(['https://a.example', null]);
    for (const path of [
      `/embed/${none}`,
      `/embed/${missing}`,
      `/embed/${down}`,
      `/embed/${anyone}?region=elsewhere`,
    ])
      expect(await policyOf(path)).toEqual(["'none'", 'DENY']);
    for (const path of [
      '/',
      `/streams/${anyone}`,
      `/watch/${anyone}`,
      '/watch',
      '/embed',
      '/config.json',
      '/oembed',
    ])
      expect(await policyOf(path)).toEqual(["'none'", 'DENY']);
  });

  test('the embedded player reaches the edge and no API', async () => {
    const { headers } = await fetch(`${base}/embed/${anyone}`);
    expect(headers.get('content-security-policy')).toContain("connect-src 'self' https://edge.example:8443;");
  });

  test('documents of streams say what link previews are made of', async () => {
    const html = await (await fetch(`${base}/watch/${anyone}?region=local`)).text();
    expect(html).toContain('<meta property="og:title" content="Open" />');
    expect(html).toContain(`<meta property="og:url" content="${base}/watch/${anyone}?region=local" />`);
    const forwarded = await fetch(`${base}/watch/${anyone}`, { headers: { 'X-Forwarded-Proto': 'https' } });
    expect(await forwarded.text()).toContain(`content="https://${new URL(base).host}/watch/${anyone}"`);
    for (const id of [missing, down])
      expect(await (await fetch(`${base}/watch/${id}`)).text()).not.toContain('og:');
  });

  test('oEmbed describes a stream’s page', async () => {
    const ask = (id: string) => fetch(`${base}/oembed?url=${encodeURIComponent(`${base}/watch/${id}`)}`);
    const answer = await ask(anyone);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.json()).toMatchObject({ type: 'video', title: 'Open' });
    expect(await (await ask(none)).json()).toMatchObject({ type: 'link' });
    expect([(await ask(missing)).status, (await ask(down)).status]).toEqual([404, 503]);
  });

  test('a page that is told of no other address may reach none', () => {
    const policy = contentSecurityPolicy({});
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("media-src 'self' blob:;");
    expect(policy).not.toContain('http');
  });

  test('only GET and HEAD are answered, and no path leads out of the bundle', async () => {
    const post = await fetch(`${base}/`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const outside = await fetch(`${base}/..%2f..%2fpackage.json`);
    expect(outside.status).toBe(404);
    expect(await outside.text()).not.toContain('headwater"');
  });
});

describe('a page for someone who works on it', () => {
  let watched: Server;
  let at: string;
  beforeAll(async () => {
    watched = createPageServer(
      await bundlePage({ build: 'first' }),
      { region: 'local' },
      { build: 'second' },
    );
    at = await open(watched);
  });
  afterAll(() => close(watched));

  test('has the script that loads it again, and its server names the build', async () => {
    const html = await (await fetch(at)).text();
    const script = /src="(\/assets\/reload-\w+\.js)"/.exec(html)?.[1] ?? '';
    const source = await (await fetch(at + script)).text();
    expect(source).toContain('EventSource("/reload")');
    expect(source).toContain('"first"');
    const stream = await fetch(`${at}/reload`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const { value } = (await stream.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toMatch(/^retry: \d+\ndata: second\n\n$/);
  });

  test('is not what is built and served otherwise', async () => {
    for (const { body } of files.values()) expect(Buffer.from(body).includes('"/reload"')).toBe(false);
    expect(await (await fetch(`${base}/reload`)).text()).toContain('<div id="page">');
    expect(pageCodec.decode({ HEADWATER_PORT: '1', HEADWATER_EDGE_BASE_URL: base }).reloadTabs).toBe(false);
  });
});

describe('the page’s environment', () => {
  const env = {
    HEADWATER_PORT: '8080',
    HEADWATER_API_BASE_URL: 'http://127.0.0.1:8081/',
    HEADWATER_EDGE_BASE_URL: 'http://127.0.0.1:8082',
  };

  test('has loopback and the local region as defaults, and drops a slash at the end', () => {
    expect(pageCodec.decode(env)).toEqual({
      host: '127.0.0.1',
      port: 8080,
      apiBaseUrl: 'http://127.0.0.1:8081',
      edgeBaseUrl: 'http://127.0.0.1:8082',
      region: 'local',
      reloadTabs: false,
    });
  });

  test('may name no API: then the page is a viewer only', () => {
    const { HEADWATER_API_BASE_URL: _, ...viewerOnly } = env;
    expect(pageCodec.decode(viewerOnly).apiBaseUrl).toBeUndefined();
  });

  test('names every fault at once', () => {
    expect(() =>
      pageCodec.decode({ ...env, HEADWATER_API_BASE_URL: 'ftp://x', HEADWATER_REGION: 'Up There' }),
    ).toThrow(/HEADWATER_API_BASE_URL.*HEADWATER_REGION/);
  });
});
