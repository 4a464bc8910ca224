import { z } from '@hono/zod-openapi';
import { problemKinds } from '../problems.ts';
import { problemExample } from './problem-examples.ts';

const example = problemExample('invalid-request');

const RequestFault = z
  .strictObject({
    detail: z
      .string()
      .openapi({ description: 'What is wrong, in words.', example: example.errors?.[0]?.detail }),
    pointer: z
      .string()
      .optional()
      .openapi({ description: 'Location in the body (RFC 6901).', example: example.errors?.[0]?.pointer }),
    parameter: z
      .string()
      .optional()
      .openapi({ description: 'Name of the query parameter or header.', example: 'limit' }),
  })
  .openapi('RequestFault', {
    description: 'One error in a request: in its body, a query parameter or a header.',
    example: example.errors?.[0],
  });

export const Problem = z
  .strictObject({
    type: z
      .enum(
        Object.keys(problemKinds).map((kind) => `urn:problem-type:headwater:${kind}`) as [
          string,
          ...string[],
        ],
      )
      .openapi({ description: 'What kind of problem it is, for programs.', example: example.type }),
    title: z
      .string()
      .openapi({ description: 'The kind in words; the same each time.', example: example.title }),
    status: z.number().int().openapi({ description: 'The response’s status.', example: example.status }),
    detail: z.string().openapi({
      description: 'What went wrong this time, and what helps, for people.',
      example: example.detail,
    }),
    instance: z.string().openapi({ description: 'Path of the request.', example: example.instance }),
    errors: z
      .array(RequestFault)
      .optional()
      .openapi({ description: 'All errors in the request, at most 20.', example: example.errors }),
  })
  .openapi('Problem', { description: 'Problem details (RFC 9457).', example });
