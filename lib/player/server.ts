import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { hostsIn, requestAim } from '../protocol/http/request-aim.ts';
import { pageFile } from './page-file.ts';
import { securityHeaders } from './policy/headers.ts';
import { cacheControlOf, fileFor, isEmbeddable, type PageFile, type PageFiles } from './policy/routes.ts';
import type { RuntimeConfig } from './policy/runtime-config.ts';

interface PageServerOptions {
  readonly build?: string | undefined;
  /** What `/config.json` says to whoever asks, and headers allow. @default the same for everybody */
  readonly configFor?: (request: IncomingMessage, config: RuntimeConfig) => RuntimeConfig;
}

/**
 * The page's server: static files from memory, `/config.json` and `/healthz`. Stateless and without outgoing
 * connections; the caller listens and closes. With `build` it also serves `/reload`, an event stream that names the build.
 */
export function createPageServer(
  built: PageFiles,
  common: RuntimeConfig,
  { build, configFor = (_, config) => config }: PageServerOptions = {},
): Server {
  const files = new Map(built);
  const zipped = new Map<PageFile, Buffer>();
  for (const file of files.values()) {
    if (file.body.length > 512) zipped.set(file, gzipSync(file.body));
  }

  const answer = (request: IncomingMessage, response: ServerResponse): unknown => {
    const aim = requestAim(request.method ?? '', request.url ?? '', hostsIn(request.rawHeaders));
    const path = pathOf(aim?.target ?? '');
    const config = configFor(request, common);
    const always = securityHeaders(
      { ...config, connects: consoleOrigins(config) },
      { embeddable: isEmbeddable(path) },
    );
    for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
    if (aim === undefined) return sendText(response, 400, 'Invalid request target or Host header.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return sendText(response, 405, 'Only GET and HEAD are allowed.\n');
    }
    if (path === '/healthz') return sendText(response, 200, 'ok\n');
    if (build !== undefined && path === '/reload') return sendBuild(response, build);
    if (path === '/config.json') return send(request, response, 200, configFile(config), undefined);
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
