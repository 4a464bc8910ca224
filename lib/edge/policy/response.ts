import { gzipEtag, matchesNone, rangeStillHolds } from '../../protocol/http/etag.ts';
import { type ByteRange, contentRange, parseRange, unsatisfiedRange } from '../../protocol/http/range.ts';
import { allowedHeaders, allowedMethods, exposedHeaders, preflightMaxAgeSeconds } from './cors.ts';
import { preciseAgeHeader, preciseMaxAgeHeader } from './freshness.ts';

type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The input for a response. */
export interface Representation {
  readonly status: number;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag?: string | undefined;
  readonly contentDisposition?: string | undefined;
  /** Undefined while unknown: the size was not declared, and the object is still arriving. */
  readonly sizeBytes?: number;
  readonly ageMs: number;
  readonly lifetimeMs: number;
  /** Whether there is a gzip form too, and which of the two this is. */
  readonly encoding: 'only-plain' | 'plain' | 'gzip';
  /** For `X-Cache` and `Server-Timing`. */
  readonly state: string;
  /** This tier's name. */
  readonly tier: string;
  /** How long the client waited for the next tier, in ms. */
  readonly waitedMs: number;
}

/** Status, headers, and the bytes that follow; `window.end` undefined means to the end of the body. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly window?: { readonly start: number; readonly end?: number };
}

const openToAll = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': exposedHeaders.join(', '),
  'timing-allow-origin': '*',
} as const;

/** Objects with a longer lifetime need no age in milliseconds. */
const preciseBelowMs = 10_000;

/** The response to a GET or HEAD for this representation. */
export function describeResponse(
  method: string,
  request: RequestHeaders,
  representation: Representation,
): ResponseHead {
  const { status, sizeBytes } = representation;
  const etag = etagOf(representation);
  const headers = commonHeaders(representation, etag);
  if (status === 200 && matchesNone(single(request['if-none-match']), etag)) return { status: 304, headers };
  headers['content-type'] = representation.contentType;
  const { contentDisposition } = representation;
  if (contentDisposition !== undefined) headers['content-disposition'] = contentDisposition;
  if (representation.encoding === 'gzip') headers['content-encoding'] = 'gzip';
  const range = status === 200 ? rangeOf(method, request, representation, etag) : undefined;
  if (range === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...openToAll, 'content-range': unsatisfiedRange(sizeBytes ?? 0), 'content-length': '0' },
    };
  }
  if (range && sizeBytes !== undefined) {
    headers['content-range'] = contentRange(range, sizeBytes);
    headers['content-length'] = String(range.end - range.start);
    return { status: 206, headers, window: range };
  }
  if (sizeBytes !== undefined) headers['content-length'] = String(sizeBytes);
  return { status, headers, window: method === 'HEAD' ? undefined : { start: 0, end: sizeBytes } };
}

/** The response to a CORS preflight. */
export const preflight: ResponseHead = {
  status: 204,
  headers: {
    ...openToAll,
    'access-control-allow-methods': allowedMethods.join(', '),
    'access-control-allow-headers': allowedHeaders.join(', '),
    'access-control-max-age': String(preflightMaxAgeSeconds),
    'cache-control': `public, max-age=${preflightMaxAgeSeconds}`,
  },
};

/** An uncacheable response of our own. */
export function plainHead(status: number, contentType: string, sizeBytes: number): ResponseHead {
  const headers = {
    ...openToAll,
    'cache-control': 'no-store',
    'content-type': contentType,
    'content-length': String(sizeBytes),
  };
  return { status, headers };
}

function etagOf({ etag, encoding }: Representation): string | undefined {
  return etag !== undefined && encoding === 'gzip' ? gzipEtag(etag) : etag;
}

function commonHeaders(representation: Representation, etag: string | undefined): Record<string, string> {
  const { status, cacheControl, ageMs, lifetimeMs, encoding, state, tier, waitedMs } = representation;
  const headers: Record<string, string> = {
    ...openToAll,
    'cache-control': cacheControl,
    age: String(Math.floor(ageMs / 1000)),
    'x-cache': state,
    'server-timing': `${tier};desc=${state};dur=${waitedMs.toFixed(1)}`,
  };
  if (etag !== undefined) headers.etag = etag;
  if (lifetimeMs <= preciseBelowMs) headers[preciseAgeHeader] = String(Math.round(ageMs));
  if (status === 200 && lifetimeMs < 1000) headers[preciseMaxAgeHeader] = String(lifetimeMs);
  if (encoding !== 'only-plain') headers.vary = 'Accept-Encoding';
  if (status === 200) headers['accept-ranges'] = 'bytes';
  return headers;
}

/** The range to send, if any: only if the size is known, and only of the version that the client already has a part of. */
function rangeOf(
  method: string,
  request: RequestHeaders,
  { sizeBytes }: Representation,
  etag: string | undefined,
): ByteRange | 'unsatisfiable' | undefined {
  const wanted = single(request.range);
  if (wanted === undefined || sizeBytes === undefined || method !== 'GET') return undefined;
  return rangeStillHolds(single(request['if-range']), etag) ? parseRange(wanted, sizeBytes) : undefined;
}

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
