import { z } from '@hono/zod-openapi';
import { type ProblemKind, problemKinds } from './problems.ts';
import { Problem } from './schemas/schemas.ts';

/** Building blocks of the route declarations. */

export const streamParams = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' }, example: '7h2kqv0m4x9rt3bz' }),
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
