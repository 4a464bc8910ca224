import { maxObjectBytes } from '../edge/policy/delivery.ts';
import { isKeyPrefix, isObjectKey } from '../object-store/object-key.ts';
import { quarantinePrefix } from '../object-store/object-names.ts';
import type {
  OpenObject,
  OriginObjectStore,
  PutOptions,
  StreamingObjectStore,
} from '../object-store/ports.ts';
import { isBearer } from '../protocol/http/bearer.ts';
import { matchesNone, rangeStillHolds } from '../protocol/http/etag.ts';
import { contentRange, parseRange, unsatisfiedRange } from '../protocol/http/range.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { RoomWatch } from './policy/room-watch.ts';
import { ReadCounts } from './read-counts.ts';
import { readBody } from './request-body.ts';

const maxListed = 1000;
const allowed = 'GET, HEAD, PUT, POST, DELETE, MOVE';

export interface OriginOptions {
  /** Without the methods for uploads, objects are limited to `maxObjectBytes`. */
  readonly store: StreamingObjectStore | OriginObjectStore;
  /** The token that writers send as `Authorization: Bearer …`. */
  readonly token: string;
  /** The token that the shield sends in the same way. Without it, reading is open. */
  readonly readToken?: string | undefined;
  readonly emit: EmitEvent;
}

/**
 * The origin as a web-standard handler. Only the tier in front of it may read, with the read token: it doesn't know who may watch
 * what. Writing, listing and reading quarantined objects and metrics, which name every stream, require the writers' token, which may
 * do everything.
 *
 *     GET, HEAD /<key>              200, 206, 304, 404, 416; ETag, Range, If-None-Match, If-Range
 *     PUT /<key>                    201 with ETag; If-Match, If-None-Match: * → 412; 413 over `maxObjectBytes`, 507 disk full
 *     DELETE /<key>                 204, even if there was no object; If-Match → 412
 *     MOVE /<key>                   204, even if there was no object; Destination: /<key> (RFC 4918 9.9)
 *     POST /<key>?uploads           201 with {"upload"}: begins an object of any size; nobody sees it before it is complete
 *     PUT /<key>?upload=&part=      201; one of its parts, numbered from 1
 *     POST /<key>?upload=           201 with ETag; the parts are the object now; 412 if there is one
 *     DELETE /<key>?upload=         204; forgets the parts
 *     GET /?prefix=&after=&limit=   {"keys": [...], "more": bool}, in key order, at most 1,000
 *     GET /healthz                  {"status": "ok"}
 *     GET /_metrics                 {"reads": n, "notFound": n, "writes": n, "bytesRead": n, "bytesWritten": n,
 *                                    "readsByKey": {key: n}} since startup; the 10,000 most recently read keys
 */
export class OriginHandler {
  readonly #options: OriginOptions;
  readonly #counts = new ReadCounts();
  readonly #room = new RoomWatch();

  constructor(options: OriginOptions) {
    this.#options = options;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    try {
      return await this.#route(request);
    } catch (fault) {
      return this.#refuse(request, fault);
    }
  };

  #route(request: Request): Promise<Response> | Response {
    const url = new URL(request.url);
    const key = url.pathname.slice(1);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads && key === 'healthz') return Response.json({ status: 'ok' }, { headers: noStore });
    if (reads && !this.#mayRead(request.headers.get('authorization'))) {
      return problem(401, 'Reading requires a token: Authorization: Bearer …');
    }
    if (reads && isObjectKey(key) && !isPrivate(key)) return this.#read(request, key);
    if (!isBearer(request.headers.get('authorization'), this.#options.token)) {
      return reads ? notFound() : problem(401, 'Writing requires a token: Authorization: Bearer …');
    }
    if (reads && key === '_metrics') return Response.json(this.#counts.snapshot(), { headers: noStore });
    if (request.method === 'GET' && key === '') return this.#list(url.searchParams);
    if (!isObjectKey(key)) return problem(400, 'Not a valid object key');
    if (reads) return this.#read(request, key);
    const { store } = this.#options;
    const isUpload = url.searchParams.has('uploads') || url.searchParams.has('upload');
    if (isUpload && 'openUpload' in store) return this.#upload(request, store, key, url.searchParams);
    if (request.method === 'PUT') return this.#write(request, key);
    if (request.method === 'DELETE') return this.#delete(request, key);
    if (request.method === 'MOVE') return this.#move(key, request.headers.get('destination') ?? '');
    return problem(405, `Supported methods: ${allowed}`, { allow: allowed });
  }

  #mayRead(authorization: string | null): boolean {
    const { token, readToken } = this.#options;
    return readToken === undefined || isBearer(authorization, readToken) || isBearer(authorization, token);
  }

  async #read(request: Request, key: string): Promise<Response> {
    const object = await this.#options.store.open(key);
    this.#counts.read(key, object !== undefined);
    if (!object) return notFound();
    const { answer, window } = describeRead(request, object);
    if (!window || request.method === 'HEAD') {
      await object.close();
      return new Response(null, answer);
    }
    this.#counts.bytesRead += window.end - window.start;
    return new Response(ReadableStream.from(closing(object, window)), answer);
  }

  async #write(request: Request, key: string): Promise<Response> {
    const ifNoneMatch = request.headers.get('if-none-match') ?? undefined;
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
      return problem(400, 'PUT supports only If-None-Match: *');
    }
    const body = await readBody(request, maxObjectBytes);
    if (!body) return problem(413, `Objects are limited to ${maxObjectBytes} bytes`);
    const options: PutOptions = {
      contentType: request.headers.get('content-type') ?? 'application/octet-stream',
      cacheControl: request.headers.get('cache-control') ?? 'no-store',
      ifMatch: request.headers.get('if-match') ?? undefined,
      ifNoneMatch,
    };
    try {
      const { etag } = await this.#options.store.put(key, body, options);
      this.#wrote(body.length);
      return new Response(null, { status: 201, headers: { etag } });
    } catch (fault) {
      return this.#refuse(request, fault, body.length);
    }
  }

  async #upload(
    request: Request,
    store: OriginObjectStore,
    key: string,
    query: URLSearchParams,
  ): Promise<Response> {
    const upload = query.get('upload') ?? '';
    if (request.method === 'POST' && query.has('uploads')) {
      const options = {
        contentType: request.headers.get('content-type') ?? 'application/octet-stream',
        cacheControl: request.headers.get('cache-control') ?? 'no-store',
        contentDisposition: request.headers.get('content-disposition') ?? undefined,
      };
      return Response.json(
        { upload: await store.openUpload(key, options) },
        { status: 201, headers: noStore },
      );
    }
    if (request.method === 'POST') {
      const { etag } = await store.completeUpload(key, upload);
      return new Response(null, { status: 201, headers: { etag } });
    }
    if (request.method === 'DELETE') {
      await store.abortUpload(upload);
      return new Response(null, { status: 204 });
    }
    if (request.method !== 'PUT') return problem(405, `Supported methods: ${allowed}`, { allow: allowed });
    const body = await readBody(request, maxObjectBytes);
    if (!body) return problem(413, `Parts are limited to ${maxObjectBytes} bytes`);
    try {
      await store.uploadPart(key, upload, Number(query.get('part')), body);
      this.#wrote(body.length);
      return new Response(null, { status: 201 });
    } catch (fault) {
      return this.#refuse(request, fault, body.length);
    }
  }

  #wrote(bytes: number): void {
    this.#counts.wrote(bytes);
    const episode = this.#room.took(bytes, performance.now());
    if (episode) this.#options.emit('origin.room.found', episode);
  }

  async #delete(request: Request, key: string): Promise<Response> {
    const ifMatch = request.headers.get('if-match');
    await this.#options.store.delete(key, ifMatch === null ? undefined : { ifMatch });
    return new Response(null, { status: 204 });
  }

  async #move(key: string, destination: string): Promise<Response> {
    const target = destination.slice(1);
    if (!destination.startsWith('/') || !isObjectKey(target)) {
      return problem(400, 'MOVE requires Destination: /<object key>');
    }
    await this.#options.store.move(key, target);
    return new Response(null, { status: 204 });
  }

  async #list(query: URLSearchParams): Promise<Response> {
    const prefix = query.get('prefix') ?? '';
    const limit = Number(query.get('limit') ?? maxListed);
    if (!isKeyPrefix(prefix)) return problem(400, 'Not a valid object key prefix');
    if (!Number.isInteger(limit) || limit < 1 || limit > maxListed) {
      return problem(400, `limit must be an integer from 1 to ${maxListed}`);
    }
    const page = { after: query.get('after') ?? undefined, limit };
    return Response.json(await this.#options.store.list(prefix, page), { headers: noStore });
  }

  /** Turns a fault into a response. A full disk fails every write but is logged only once. `bytes` is the size of the write. */
  #refuse(request: Request, fault: unknown, bytes = 0): Response {
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : '';
    const status = statusOf[code] ?? 503;
    const isNews = status !== 507 || this.#room.refused(bytes, performance.now());
    if (status >= 500 && isNews) {
      this.#options.emit('origin.request.failed', {
        method: request.method,
        path: new URL(request.url).pathname,
        status,
        cause: fault,
      });
    }
    // Internal details belong in the log, not in the response.
    const detail = status === 507 ? 'The disk is full' : 'Temporarily unavailable; try again';
    return problem(status, fault instanceof Error && status < 500 ? fault.message : detail);
  }
}

/** HTTP statuses of the port's errors; `HttpObjectStore` maps them back. */
const statusOf: Record<string, number> = {
  PRECONDITION_FAILED: 412,
  OBJECT_STORE_REFUSED: 400,
  OBJECT_STORE_FULL: 507,
  OBJECT_STORE_UNAVAILABLE: 503,
};

/** Readable only with the token. */
const isPrivate = (key: string): boolean => key === '_metrics' || key.startsWith(quarantinePrefix);

const noStore = { 'cache-control': 'no-store' };

/** Status, headers and, if a body follows, its window. */
function describeRead(
  request: Request,
  object: OpenObject,
): { answer: ResponseInit; window?: { start: number; end: number } } {
  const { sizeBytes, etag, contentType, cacheControl, contentDisposition } = object;
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const common = { etag, 'cache-control': cacheControl, 'accept-ranges': 'bytes' };
  if (matchesNone(header('if-none-match'), etag)) return { answer: { status: 304, headers: common } };
  const range = rangeStillHolds(header('if-range'), etag)
    ? parseRange(header('range'), sizeBytes)
    : undefined;
  if (range === 'unsatisfiable') {
    const headers = { ...noStore, 'content-range': unsatisfiedRange(sizeBytes), 'content-length': '0' };
    return { answer: { status: 416, headers } };
  }
  const window = range ?? { start: 0, end: sizeBytes };
  const headers: Record<string, string> = {
    ...common,
    'content-type': contentType,
    'content-length': String(window.end - window.start),
    ...(contentDisposition !== undefined && { 'content-disposition': contentDisposition }),
  };
  if (range) headers['content-range'] = contentRange(range, sizeBytes);
  return { answer: { status: range ? 206 : 200, headers }, window };
}

/** The bytes of the object's window; closes the file at the end or when the reader disconnects. */
async function* closing(
  object: OpenObject,
  window: { start: number; end: number },
): AsyncGenerator<Uint8Array> {
  try {
    yield* object.read(window.start, window.end);
  } finally {
    await object.close();
  }
}

const notFound = (): Response => problem(404, 'Object not found', { 'cache-control': 'max-age=1' });

function problem(status: number, detail: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ status, detail }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...noStore, ...headers },
  });
}
