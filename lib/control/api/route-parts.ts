import { z } from '@hono/zod-openapi';
import { type ProblemKind, problemKinds } from './problems.ts';
import { problemExample } from './schemas/problem-examples.ts';
import { Problem } from './schemas/problem-schemas.ts';

/** Building blocks of the route declarations. */

/** An ID in the path. */
export const idParam = <Name extends string>(name: Name, description: string, example: string) =>
  z.string().openapi({ param: { name, in: 'path' }, description, example });

export const streamParams = z.object({ id: idParam('id', 'ID of the stream.', '7h2kqv0m4x9rt3bz') });

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
  readonly headers?: object;
}

/**
 * A route's problem responses, by status. Handlers throw them, so they are kept out of the handlers' return types.
 */
export function problems(...kinds: ProblemKind[]): Record<never, never> {
  const byStatus: Record<number, ProblemResponse> = {};
  for (const kind of new Set([...kinds, ...always])) {
    const [status, title] = problemKinds[kind];
    const known = byStatus[status];
    if (known) known.description = `${known.description.slice(0, -1)}; or ${kind}: ${title}.`;
    else {
      const headers = problemHeaders[status];
      byStatus[status] = {
        description: `${kind}: ${title}.`,
        content: { 'application/problem+json': { schema: Problem, example: problemExample(kind) } },
        ...(headers && { headers }),
      };
    }
  }
  return byStatus;
}
