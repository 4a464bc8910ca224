import { z } from '@hono/zod-openapi';
import { longestIdempotencyKey } from './idempotency/idempotency-key.ts';
import { type ProblemKind, problemKinds } from './problems.ts';
import { problemExample } from './schemas/problem-examples.ts';
import { Problem } from './schemas/problem-schemas.ts';

/** Building blocks of the route declarations. */

/** An ID in the path. */
export const idParam = <Name extends string>(name: Name, description: string, example: string) =>
  z.string().openapi({ param: { name, in: 'path' }, description, example });

export const streamParams = z.object({ id: idParam('id', 'ID of the stream.', '7h2kqv0m4x9rt3bz') });

/** Of every POST: middleware reads it (idempotency/idempotency.ts). */
export const idempotencyHeader = z.object({
  'idempotency-key': z.string().min(1).max(longestIdempotencyKey).optional().openapi({
    description:
      'Makes the request safe to repeat, for example after a timeout: give each new request a key of its own, such as a UUID, and repeat it with the same one. Repetitions get the first one’s answer for 24 hours, with the header Idempotent-Replayed, and nothing is done again.',
    example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
  }),
});

/** A page begins behind its cursor, so that nothing is listed twice or left out when something new comes. */
export const cursorParam = (pattern: RegExp, example: string) =>
  z
    .string()
    .regex(pattern, { error: 'Must be the cursor of the page before, as it came.' })
    .optional()
    .openapi({
      param: { name: 'cursor', in: 'query' },
      description: 'The cursor of the page before, for the next, older one.',
      example,
    });

export const limitParam = (most: number, usual: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(most)
    .default(usual)
    .openapi({
      param: { name: 'limit', in: 'query' },
      description: 'How many to return at most.',
      example: usual,
    });

export const jsonBody = <Schema extends z.ZodType>(schema: Schema, example: object) => ({
  'application/json': { schema, example },
});

/** A response's header. */
export const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
});

/** A successful response. */
export const answer = <Schema extends z.ZodType>(
  schema: Schema,
  example: object,
  description: string,
  headers?: Record<string, ReturnType<typeof header>>,
) => ({ description, content: jsonBody(schema, example), ...(headers && { headers }) });

/** Problems that any request with a body can cause. */
export const bodyProblems = [
  'invalid-request',
  'malformed-body',
  'body-too-large',
  'unsupported-media-type',
] as const satisfies readonly ProblemKind[];

/** Problems that any POST can cause. */
export const idempotencyProblems = [
  'invalid-request',
  'request-in-progress',
  'idempotency-key-reused',
] as const satisfies readonly ProblemKind[];

/** Problems that any request can cause. */
const always: readonly ProblemKind[] = [
  'unauthorized',
  'insufficient-scope',
  'origin-not-allowed',
  'wrong-host',
  'internal-fault',
  'store-unavailable',
];

const retryAfter = { 'Retry-After': header('In how many seconds to try again.', '1') };
/** What `answerProblem` adds, by status. */
const problemHeaders: Readonly<Record<number, Record<string, ReturnType<typeof header>>>> = {
  401: { 'WWW-Authenticate': header('How to send a token.', 'Bearer') },
  429: retryAfter,
  503: retryAfter,
};

interface ProblemResponse {
  description: string;
  readonly content: object;
  headers?: object;
}

/**
 * A route's problem responses, by status. Handlers throw them, so they are kept out of the handlers' return types.
 */
export function problems(...kinds: ProblemKind[]): Record<never, never> {
  const byStatus: Record<number, ProblemResponse> = {};
  for (const kind of new Set([...kinds, ...always])) {
    const [status, title] = problemKinds[kind];
    const known = byStatus[status];
    const headers = kind === 'request-in-progress' ? retryAfter : problemHeaders[status];
    if (known) {
      known.description = `${known.description.slice(0, -1)}; or ${kind}: ${title}.`;
      if (headers) known.headers = headers;
    } else {
      byStatus[status] = {
        description: `${kind}: ${title}.`,
        content: { 'application/problem+json': { schema: Problem, example: problemExample(kind) } },
        ...(headers && { headers }),
      };
    }
  }
  return byStatus;
}
