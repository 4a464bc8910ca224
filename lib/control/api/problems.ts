import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  ConditionFailedError,
  ControlStoreUnavailableError,
  UnknownStreamError,
} from '../../control-store/errors.ts';
import { TooManyDeletionsError, TooManyDownloadsError } from '../policy/errors.ts';

/** Every problem (RFC 9457) that the API returns: status and title. The key is the end of the `type` URI. */
export const problemKinds = {
  'invalid-request': [400, 'The request is invalid'],
  'malformed-body': [400, 'The body is not valid JSON'],
  unauthorized: [401, 'A token is required'],
  'insufficient-scope': [403, 'The token lacks a right'],
  'origin-not-allowed': [403, 'This origin may not use the API'],
  'route-not-found': [404, 'Unknown path'],
  'stream-not-found': [404, 'Stream not found'],
  'broadcast-not-found': [404, 'Broadcast not found'],
  'download-not-found': [404, 'Download not found'],
  'key-not-found': [404, 'Key not found'],
  'destination-not-found': [404, 'Destination not found'],
  'playback-session-not-found': [404, 'Playback session not found'],
  'never-taken-down': [404, 'The stream was never taken down'],
  'process-not-found': [404, 'Process not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  'stream-on-air': [409, 'The stream is on air'],
  'stream-taken-down': [409, 'The stream has been taken down'],
  'not-on-air': [409, 'The stream is not on air'],
  'changed-meanwhile': [409, 'The stream was changed at the same time'],
  'too-many-destinations': [409, 'The stream has too many destinations'],
  'simulcast-not-offered': [409, 'Simulcast is not available'],
  'playback-is-public': [409, 'The stream is public'],
  'signed-playback-not-offered': [409, 'Signed playback is not available'],
  'download-not-offered': [409, 'Downloads are not available'],
  'encoder-not-offered': [409, 'This encoder is not available'],
  'request-in-progress': [409, 'The first request with this Idempotency-Key is still running'],
  'process-not-up': [409, 'The process is not running'],
  'version-mismatch': [412, 'The stream has changed since it was read'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'wrong-host': [421, 'Unknown host'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used for another request'],
  'too-many-requests': [429, 'Too many requests'],
  'too-many-streams': [429, 'The owner has too many streams'],
  'internal-fault': [500, 'Internal error'],
  'live-feed-not-offered': [501, 'Live event feeds are not available'],
  'store-unavailable': [503, 'The control store is unavailable'],
  'too-many-listeners': [503, 'Too many live event feeds are open'],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

export type ProblemKind = keyof typeof problemKinds;

/** One error in a request: in the body (`pointer`, RFC 6901), or in a query parameter or header. */
export interface RequestFault {
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
}

/** Can be thrown anywhere in a request; returned as `application/problem+json`. `detail` is shown to the caller. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ProblemKind;
  readonly faults: readonly RequestFault[];
  /** For Retry-After, if trying again later helps. */
  readonly retryAfterSeconds: number;

  constructor(
    code: ProblemKind,
    detail: string,
    faults: readonly RequestFault[] = [],
    cause?: unknown,
    retryAfterSeconds = 1,
  ) {
    super(detail, { cause });
    this.code = code;
    this.faults = faults;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Maps an error to the problem to return. Server-side errors reveal no internals. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof ControlStoreUnavailableError) {
    const detail =
      'As far as the API knows, nothing was changed. Running broadcasts continue. Try again in a moment.';
    return new ApiProblem('store-unavailable', detail, [], error);
  }
  if (error instanceof UnknownStreamError) {
    return new ApiProblem('stream-not-found', 'The stream has just been deleted.', [], error);
  }
  if (error instanceof ConditionFailedError) {
    return new ApiProblem('changed-meanwhile', 'Read the stream again, then retry the change.', [], error);
  }
  if (error instanceof TooManyDeletionsError) {
    const detail =
      'Too many recordings of this stream are being deleted. Each counts for a day; delete the stream to delete them all.';
    return new ApiProblem('too-many-requests', detail, [], error, 3_600);
  }
  if (error instanceof TooManyDownloadsError) {
    const detail = 'The stream has too many downloads. Each is kept for a day.';
    return new ApiProblem('too-many-requests', detail, [], error, 600);
  }
  if (error instanceof HTTPException && error.status === 400) {
    return new ApiProblem('malformed-body', 'The body could not be parsed as JSON.', [], error);
  }
  if (error instanceof HTTPException && error.status === 415) {
    const detail = 'Send the body with the header "Content-Type: application/json".';
    return new ApiProblem('unsupported-media-type', detail, [], error);
  }
  return new ApiProblem('internal-fault', 'The error was logged. Trying again may help.', [], error);
}

/** Those that pass by themselves soon: their answers carry Retry-After, in seconds. */
const isTransient = (code: ProblemKind): boolean =>
  code === 'request-in-progress' || [429, 503].includes(problemKinds[code][0]);

/** Sends a problem. */
export function answerProblem(context: Context, problem: ApiProblem, headers: Record<string, string> = {}) {
  const [status, title] = problemKinds[problem.code];
  return context.body(
    JSON.stringify({
      type: `urn:problem-type:headwater:${problem.code}`,
      title,
      status,
      detail: problem.message,
      instance: new URL(context.req.url).pathname.slice(0, 500),
      ...(problem.faults.length > 0 && { errors: problem.faults }),
    }),
    status,
    {
      'Content-Type': 'application/problem+json',
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(isTransient(problem.code) && { 'Retry-After': String(problem.retryAfterSeconds) }),
      ...headers,
    },
  );
}
