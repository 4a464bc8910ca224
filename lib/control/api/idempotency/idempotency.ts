import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { KnownRequest } from '../../../control-store/idempotency.ts';
import { randomId } from '../../../routing/ids.ts';
import type { ApiContext, ApiEnvironment } from '../context.ts';
import { ApiProblem, type ProblemKind, problemOf } from '../problems.ts';
import {
  longestIdempotencyKey,
  parseIdempotencyKey,
  type RequestNames,
  requestNames,
} from './idempotency-key.ts';

/** How long an answer is kept. */
const keptMs = 24 * 3_600_000;
/** How long a request blocks its repetitions at most, should its program die. No request runs that long. */
const runsAtMostMs = 60_000;
/** A larger answer isn't kept; none is nearly as large. */
const mostCharacters = 100_000;

/** Headers of an answer that belong to it; guards set the others anew. */
const keptHeaders = ['content-type', 'etag', 'location'];

/**
 * Refusals that the same request gets again whenever it's sent. All others may pass (a stream is on air, a quota is used up, the store is
 * away), and nothing was done: the same key may try again.
 */
const lastingRefusals: ReadonlySet<ProblemKind> = new Set([
  'invalid-request',
  'malformed-body',
  'stream-not-found',
]);

interface KeptAnswer {
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Middleware in front of every route, behind the guards: a POST with an `Idempotency-Key` is done once, however often it is sent
 * (draft-ietf-httpapi-idempotency-key-header; docs/decisions/0046). Repetitions get the first one's answer for a day.
 */
export function idempotentPosts(context: ApiContext): MiddlewareHandler<ApiEnvironment> {
  const { store, clock, config, emit } = context;

  /** Keeps the answer for repetitions, or lets them try again. The answer goes out whatever happens here. */
  async function settle(c: Context, { id, seal }: RequestNames, holder: string): Promise<void> {
    try {
      const answer = isLasting(c) ? JSON.stringify(await keptAnswer(c.res)) : undefined;
      if (answer === undefined || answer.length > mostCharacters) await store.releaseRequest({ id, holder });
      else await store.answerRequest({ id, holder, untilMs: clock.wallMs() + keptMs, answer: seal(answer) });
    } catch (cause) {
      emit('control.answer.lost', { route: routePath(c, -1), cause });
    }
  }

  return async (c, next) => {
    const { method } = c.req;
    const header = c.req.header('idempotency-key');
    if (method !== 'POST' || header === undefined) return next();
    const key = parseIdempotencyKey(header);
    if (key === undefined) throw malformedKey();
    const { pathname, search } = new URL(c.req.url);
    const body = new Uint8Array(await c.req.arrayBuffer());
    const request = { key, caller: c.get('caller'), method, target: `${pathname}${search}`, body };
    const names = requestNames(request, config.keyPepper);
    const { id, fingerprint } = names;
    const holder = randomId(16);
    const nowMs = clock.wallMs();
    const claim = { id, fingerprint, holder, untilMs: nowMs + runsAtMostMs };
    const known = await store.claimRequest(claim, nowMs);
    if (known) return replay(c, known, names);
    await next();
    return settle(c, names, holder);
  };
}

function replay(c: Context, { fingerprint, answer }: KnownRequest, names: RequestNames): Response {
  if (fingerprint !== names.fingerprint) {
    const detail =
      'This Idempotency-Key came with another request (path, query or body) before. Send a new key with each new request.';
    throw new ApiProblem('idempotency-key-reused', detail);
  }
  if (answer === undefined) {
    const detail =
      'The first request with this Idempotency-Key is still running. Send the same request again in a moment.';
    throw new ApiProblem('request-in-progress', detail);
  }
  const { status, headers, body } = JSON.parse(names.open(answer)) as KeptAnswer;
  return c.body(body, status, { ...headers, 'Idempotent-Replayed': 'true' });
}

/** Whether the same request would get this answer again, or must not be done again. */
const isLasting = ({ res, error }: Context): boolean =>
  res.ok || (error !== undefined && lastingRefusals.has(problemOf(error).code));

async function keptAnswer(response: Response): Promise<KeptAnswer> {
  const headers = keptHeaders.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const status = response.status as ContentfulStatusCode;
  return { status, headers: Object.fromEntries(headers), body: await response.clone().text() };
}

function malformedKey(): ApiProblem {
  const detail = `Must be 1 to ${longestIdempotencyKey} visible ASCII characters, such as a UUID.`;
  return new ApiProblem('invalid-request', `The header has one error. Idempotency-Key: ${detail}`, [
    { detail, parameter: 'Idempotency-Key' },
  ]);
}
