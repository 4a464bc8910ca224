import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { hostsIn, type RequestAim, requestAim } from '../protocol/http/request-aim.ts';
import type { StreamCards } from './documents/ports.ts';
import { type Answer, StreamDocuments } from './documents/stream-documents.ts';
import { pageFile } from './page-file.ts';
import { securityHeaders } from './policy/headers.ts';
import { oembedPath } from './policy/oembed.ts';
import { streamPageAt } from './policy/page-address.ts';
import { cacheControlOf, embedRoute, fileFor, type PageFile, type PageFiles } from './policy/routes.ts';
import type { RuntimeConfig } from './policy/runtime-config.ts';
import type { StreamCard } from './policy/stream-card.ts';

export interface PageServerOptions {
  /** This build's name: the server then has `/reload`, an event stream that says it. */
  readonly build?: string | undefined;
  /** What may be told of streams, in tags and to frames. @default nothing, and no frame may show the player */
  readonly cards?: StreamCards | undefined;
  /** A card as whoever asks at a URL can use it. @default as it is */
  readonly placed?: (card: StreamCard, url: URL) => StreamCard;
  /** Told if a card can't be had. */
  readonly onUnavailable?: ((cause: unknown) => void) | undefined;
  /** What `/config.json` says to whoever asks, and headers allow. @default the same for everybody */
  readonly configFor?: (request: IncomingMessage, config: RuntimeConfig) => RuntimeConfig;
}

/**
 * The page's server: static files from memory, the documents of streams' pages, `/oembed`, `/config.json` and `/healthz`. The caller
 * listens and closes.
 */
export function createPageServer(
  built: PageFiles,
  common: RuntimeConfig,
  {
    build,
    cards = noCards,
    placed = (card) => card,
    onUnavailable = () => {},
    configFor = (_, config) => config,
  }: PageServerOptions = {},
): Server {
  const files = new Map(built);
  const zipped = new Map<PageFile, Buffer>();
  for (const file of files.values()) {
    if (file.body.length > 512) zipped.set(file, gzipSync(file.body));
  }
  const documents = new StreamDocuments({
    template: async (name) => Buffer.from(files.get(`/${name}`)?.body ?? []).toString(),
    cards,
    placed,
    onUnavailable,
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const aim = requestAim(request.method ?? '', request.url ?? '', hostsIn(request.rawHeaders));
    const path = pathOf(aim?.target ?? '');
    const config = configFor(request, common);
    setHeaders(response, securityHeaders({ ...config, connects: consoleOrigins(config) }));
    if (aim === undefined) return sendText(response, 400, 'Invalid request target or Host header.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return sendText(response, 405, 'Only GET and HEAD are allowed.\n');
    }
    if (path === '/healthz') return sendText(response, 200, 'ok\n');
    if (build !== undefined && path === '/reload') return sendBuild(response, build);
    if (path === '/config.json') return send(request, response, 200, configFile(config), undefined);
    const url = urlOf(request, aim);
    if (url && path === oembedPath) return sendAnswer(request, response, await documents.oembed(url));
    if (url && streamPageAt(url) !== undefined) {
      const { body, framing } = await documents.documentAt(url);
      if (embedRoute.test(path)) {
        response.removeHeader('X-Frame-Options');
        setHeaders(response, securityHeaders(edgeOnly(config), framing));
      }
      const file = pageFile(Buffer.from(body), 'text/html; charset=utf-8', false);
      return send(request, response, 200, file, gzipSync(file.body));
    }
    const found = fileFor(path, files);
    if (!found) return sendText(response, 404, 'File not found.\n');
    send(request, response, found.status, found.file, zipped.get(found.file));
  };

  const server = createServer(
    {
      requestTimeout: 10_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 30_000,
      connectionsCheckingInterval: 1_000,
    },
    answer,
  );
  return server;
}

const configFile = (config: RuntimeConfig): PageFile =>
  pageFile(Buffer.from(JSON.stringify(config)), 'application/json', false);

/** Where a console with a login connects to that this server knows of. */
const consoleOrigins = ({ console }: RuntimeConfig): string[] =>
  console !== undefined && 'tokenApiBaseUrl' in console ? [new URL(console.tokenApiBaseUrl).origin] : [];

/** An embedded player knows the edge alone: no API, and so no console. */
const edgeOnly = ({ edgeBaseUrl }: RuntimeConfig) => (edgeBaseUrl === undefined ? {} : { edgeBaseUrl });

const noCards: StreamCards = { find: async () => undefined };

/** The URL that was asked for; undefined if the client named no host. */
function urlOf(request: IncomingMessage, { target, host }: RequestAim): URL | undefined {
  // It stands in the answer's own tags and nowhere else.
  const scheme = request.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const url = `${scheme}://${host}${target}`;
  return host && URL.canParse(url) ? new URL(url) : undefined;
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
): void {
  response.writeHead(status, {
    'Cache-Control': 'no-cache',
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  file: PageFile,
  zipped: Buffer | undefined,
): void {
  const zip = zipped !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  // The two encodings differ in bytes, so they need different strong tags (RFC 9110 section 8.8.3.3).
  const etag = zip ? `${file.etag.slice(0, -1)}-gzip"` : file.etag;
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', cacheControlOf(file));
  response.setHeader('Vary', 'Accept-Encoding');
  if (status === 200 && request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const body = zip ? zipped : file.body;
  if (zip) response.setHeader('Content-Encoding', 'gzip');
  response.writeHead(status, { 'Content-Type': file.contentType, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Stays open: a tab that loses it asks again, and so learns of a new server's build. */
function sendBuild(response: ServerResponse, build: string): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`retry: 200\ndata: ${build}\n\n`);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(text);
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
