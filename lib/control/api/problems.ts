import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  ConditionFailedError,
  ControlStoreUnavailableError,
  UnknownStreamError,
} from '../../control-store/errors.ts';

/** Every problem (RFC 9457) that the API answers with: status and title. The name is the end of the `type` URI. */
export const problemKinds = {
  'invalid-request': [400, 'The request has faults'],
  'malformed-body': [400, 'The body is not JSON'],
  'origin-not-allowed': [403, 'This page may not use the API'],
  'route-not-found': [404, 'There is nothing at this path'],
  'stream-not-found': [404, 'There is no such stream'],
  'key-not-found': [404, 'There is no such key'],
  'destination-not-found': [404, 'There is no such destination'],
  'never-taken-down': [404, 'The stream was never taken down'],
  'process-not-found': [404, 'There is no such process'],
  'method-not-allowed': [405, 'This path does not take this method'],
  'stream-on-air': [409, 'The stream is on the air'],
  'stream-taken-down': [409, 'The stream is taken down'],
  'not-on-air': [409, 'The stream is not on the air'],
  'changed-meanwhile': [409, 'Others changed the stream at the same time'],
  'too-many-destinations': [409, 'The stream has as many destinations as it may'],
  'simulcast-not-offered': [409, 'Streams are sent nowhere else from here'],
  'encoder-not-offered': [409, 'This encoder is not offered here'],
  'process-not-up': [409, 'The process is not up'],
  'version-mismatch': [412, 'The stream has changed since it was read'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'wrong-host': [421, 'This host is not served here'],
  'too-many-requests': [429, 'That was asked too often'],
  'internal-fault': [500, 'The API has a fault'],
  'live-feed-not-offered': [501, 'This API holds no live event feeds open'],
  'store-unavailable': [503, 'The control store does not answer'],
  'too-many-listeners': [503, 'Too many live event feeds are open'],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

export type ProblemKind = keyof typeof problemKinds;

/** One fault of a request: in the body (`pointer`, RFC 6901) or in a query parameter. */
export interface RequestFault {
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
}

/** Thrown anywhere in a request; answered as `application/problem+json`. `detail` is for the caller to read. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ProblemKind;
  readonly faults: readonly RequestFault[];

  constructor(code: ProblemKind, detail: string, faults: readonly RequestFault[] = [], cause?: unknown) {
    super(detail, { cause });
    this.code = code;
    this.faults = faults;
  }
}

/** What went wrong, as the problem to answer with. Faults that are not the caller's tell nothing of their inside. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof ControlStoreUnavailableError) {
    const detail = 'Nothing was changed as far as the API knows. Broadcasts go on. Try again in a moment.';
    return new ApiProblem('store-unavailable', detail, [], error);
  }
  if (error instanceof UnknownStreamError) {
    return new ApiProblem('stream-not-found', 'The stream was deleted just now.', [], error);
  }
  if (error instanceof ConditionFailedError) {
    return new ApiProblem('changed-meanwhile', 'Read the stream again, then repeat the change.', [], error);
  }
  if (error instanceof HTTPException && error.status === 400) {
    return new ApiProblem('malformed-body', 'The body could not be parsed as JSON.', [], error);
  }
  if (error instanceof HTTPException && error.status === 415) {
    const detail = 'Send the body with the header "Content-Type: application/json".';
    return new ApiProblem('unsupported-media-type', detail, [], error);
  }
  return new ApiProblem('internal-fault', 'The fault was logged. Trying again may help.', [], error);
}

/** Answers with a problem. Those that pass carry Retry-After, in seconds. */
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
      ...((status === 503 || status === 429) && { 'Retry-After': '1' }),
      ...headers,
    },
  );
}
