import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import pMap from 'p-map';
import {
  ObjectStoreFullError,
  ObjectStoreRefusedError,
  ObjectStoreUnavailableError,
  PreconditionFailedError,
} from '../../object-store/errors.ts';
import { isObjectKey } from '../../object-store/object-key.ts';
import type {
  BulkObjectStore,
  PutOptions,
  StoredObject,
  Upload,
  UploadOptions,
  UploadStore,
} from '../../object-store/ports.ts';
import { type OnOriginDate, tellDate } from '../node/origin-date.ts';

export interface HttpObjectStoreOptions {
  /** The origin's base URL, for example `http://127.0.0.1:8090`. */
  readonly url: string;
  /** Required for writing, listing and reading quarantined objects. */
  readonly token: string;
  /** For one complete request and response. @default 10 s */
  readonly timeoutMs?: number;
  /** Concurrent connections; further requests queue. @default 32 */
  readonly maxConnections?: number;
  /** Called with the date of each response. */
  readonly onDate?: OnOriginDate;
}

const deletesAtOnce = 16;
/** The origin joins the parts, which takes as long as copying the object. */
const completeTimeoutMs = 600_000;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The origin server as an object store, over kept-alive connections. `close` closes them. */
export function createHttpObjectStore(
  options: HttpObjectStoreOptions,
): BulkObjectStore & UploadStore & { close(): void } {
  return new HttpObjectStore(options);
}

class HttpObjectStore implements BulkObjectStore, UploadStore {
  readonly #base: URL;
  readonly #authorization: string;
  readonly #timeoutMs: number;
  readonly #agent: Agent;
  readonly #onDate: OnOriginDate | undefined;

  constructor({ url, token, timeoutMs = 10_000, maxConnections = 32, onDate }: HttpObjectStoreOptions) {
    this.#base = new URL(url);
    this.#authorization = `Bearer ${token}`;
    this.#timeoutMs = timeoutMs;
    this.#onDate = onDate;
    // Shorter than the origin's idle timeout, so that it never closes a connection just as a request goes out.
    this.#agent = new Agent({ keepAlive: true, timeout: 30_000, maxSockets: maxConnections });
  }

  async put(key: string, body: Uint8Array, options: PutOptions): Promise<{ etag: string }> {
    const headers: OutgoingHttpHeaders = {
      authorization: this.#authorization,
      'content-type': options.contentType,
      'cache-control': options.cacheControl,
      'content-length': body.length,
    };
    if (options.ifMatch !== undefined) headers['if-match'] = options.ifMatch;
    if (options.ifNoneMatch !== undefined) headers['if-none-match'] = options.ifNoneMatch;
    const answer = await this.#ask('PUT', pathOf(key), headers, body);
    if (answer.status !== 201) throw errorOf(answer, `PUT ${key}`);
    return { etag: answer.headers.etag ?? '' };
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const answer = await this.#ask('GET', pathOf(key), { authorization: this.#authorization });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw errorOf(answer, `GET ${key}`);
    return {
      body: answer.body,
      etag: answer.headers.etag ?? '',
      contentType: answer.headers['content-type'] ?? '',
      cacheControl: answer.headers['cache-control'] ?? '',
    };
  }

  async beginUpload(key: string, options: UploadOptions): Promise<Upload> {
    const { contentType, cacheControl, contentDisposition } = options;
    const authorization = this.#authorization;
    const path = pathOf(key);
    const begun = await this.#ask('POST', `${path}?uploads`, {
      authorization,
      'content-type': contentType,
      'cache-control': cacheControl,
      'content-length': 0,
      ...(contentDisposition !== undefined && { 'content-disposition': contentDisposition }),
    });
    if (begun.status !== 201) throw errorOf(begun, `begin ${key}`);
    const { upload } = JSON.parse(begun.body.toString()) as { readonly upload: string };
    const at = `${path}?upload=${upload}`;
    return {
      part: async (number, body) => {
        const headers = { authorization, 'content-length': body.length };
        const answer = await this.#ask('PUT', `${at}&part=${number}`, headers, body);
        if (answer.status !== 201) throw errorOf(answer, `PUT part ${number} of ${key}`);
      },
      complete: async () => {
        const headers = { authorization, 'content-length': 0 };
        const answer = await this.#ask('POST', at, headers, undefined, completeTimeoutMs);
        if (answer.status !== 201) throw errorOf(answer, `complete ${key}`);
        return { etag: answer.headers.etag ?? '' };
      },
      abort: async () => {
        const answer = await this.#ask('DELETE', at, { authorization });
        if (answer.status !== 204) throw errorOf(answer, `abort ${key}`);
      },
    };
  }

  async list(
    prefix: string,
    page: { after?: string; limit: number },
  ): Promise<{ keys: string[]; more: boolean }> {
    const query = new URLSearchParams({ prefix, limit: String(Math.min(page.limit, 1000)) });
    if (page.after !== undefined) query.set('after', page.after);
    const answer = await this.#ask('GET', `/?${query}`, { authorization: this.#authorization });
    if (answer.status !== 200) throw errorOf(answer, `list ${prefix}`);
    return JSON.parse(answer.body.toString()) as { keys: string[]; more: boolean };
  }

  async delete(key: string, condition?: { readonly ifMatch: string }): Promise<void> {
    const headers: OutgoingHttpHeaders = { authorization: this.#authorization };
    if (condition) headers['if-match'] = condition.ifMatch;
    const answer = await this.#ask('DELETE', pathOf(key), headers);
    if (answer.status !== 204) throw errorOf(answer, `DELETE ${key}`);
  }

  async deleteAll(keys: readonly string[]): Promise<void> {
    await pMap(keys, (key) => this.delete(key), { concurrency: deletesAtOnce });
  }

  async move(from: string, to: string): Promise<void> {
    const headers = { authorization: this.#authorization, destination: pathOf(to) };
    const answer = await this.#ask('MOVE', pathOf(from), headers);
    if (answer.status !== 204) throw errorOf(answer, `MOVE ${from}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    body?: Uint8Array,
    timeoutMs = this.#timeoutMs,
  ): Promise<Answer> {
    return new Promise((done, fail) => {
      const unavailable = (cause: Error) =>
        fail(new ObjectStoreUnavailableError(`The origin did not answer ${method} ${path}`, { cause }));
      const { hostname, port } = this.#base;
      const signal = AbortSignal.timeout(timeoutMs);
      const askedMs = performance.now();
      const asked = request({ agent: this.#agent, host: hostname, port, method, path, headers, signal });
      asked.on('error', unavailable);
      asked.on('response', (response) => {
        tellDate(response.headers.date, askedMs, this.#onDate);
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', unavailable);
        response.on('end', () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      asked.end(body);
    });
  }
}

function pathOf(key: string): string {
  if (!isObjectKey(key))
    throw new ObjectStoreRefusedError(`${JSON.stringify(key.slice(0, 80))} is not a valid object key`);
  return `/${key}`;
}

/** Translates an error status into the port's error. */
function errorOf({ status, body }: Answer, what: string): Error {
  const message = `${what}: ${status} ${body.toString('utf8', 0, 200)}`;
  if (status === 412) return new PreconditionFailedError(message);
  if (status === 507) return new ObjectStoreFullError(message);
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new ObjectStoreRefusedError(message);
  }
  return new ObjectStoreUnavailableError(message);
}
