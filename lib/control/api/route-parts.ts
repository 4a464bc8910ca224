import { z } from '@hono/zod-openapi';
import { longestIdempotencyKey } from './idempotency/idempotency-key.ts';
import { type ProblemKind, problemKinds } from './problems.ts';
import { Problem } from './schemas/schemas.ts';

/** Building blocks of the route declarations. */

export const streamParams = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' }, example: '7h2kqv0m4x9rt3bz' }),
});

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
    .openapi({ param: { name: 'limit', in: 'query' }, example: usual });

export const jsonBody = <Schema extends z.ZodType>(schema: Schema, example: object) => ({
  'application/json': { schema, example },
});

/** A successful response. */
export const answer = <Schema extends z.ZodType>(
  schema: Schema,
  example: object,
  description: string,
  headers?: Record<string, { description: string; schema: { type: 'string' } }>,
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

/**
 * A route's problem responses, by status. Handlers throw them, so they are kept out of the handlers' return types.
 */
export function problems(...kinds: ProblemKind[]): Record<never, never> {
  const byStatus: Record<number, { description: string; content: object }> = {};
  for (const kind of new Set([...kinds, ...always])) {
    const [status, title] = problemKinds[kind];
    const known = byStatus[status];
    if (known) known.description += `; or ${kind}: ${title}.`;
    else {
      byStatus[status] = {
        description: `${kind}: ${title}.`,
        content: { 'application/problem+json': { schema: Problem, example: exampleOf(kind) } },
      };
    }
  }
  return byStatus;
}

const exampleOf = (kind: ProblemKind) => ({
  type: `urn:problem-type:headwater:${kind}`,
  title: problemKinds[kind][1],
  status: problemKinds[kind][0],
  detail: 'Explains what exactly went wrong.',
  instance: '/v1/streams',
});
