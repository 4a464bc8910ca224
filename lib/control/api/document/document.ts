import { createRoute, z } from '@hono/zod-openapi';
import type { ControlApi } from '../context.ts';
import { problems } from '../route-parts.ts';

const getDocument = createRoute({
  method: 'get',
  path: '/v1/openapi.json',
  operationId: 'getOpenApiDocument',
  summary: 'Get this OpenAPI document',
  tags: ['Health'],
  responses: {
    200: {
      description: 'OpenAPI 3.1, generated from the schemas that validate requests.',
      content: {
        'application/json': {
          schema: z.record(z.string(), z.unknown()).openapi({
            description: 'The document that you are reading.',
            example: { openapi: '3.1.0', info: { title: 'Headwater control API', version: '1' }, paths: {} },
          }),
        },
      },
    },
    ...problems(),
  },
});

interface DocumentFacts {
  readonly title: string;
  readonly description: string;
  /** Chapters, in their order. */
  readonly tags?: { name: string; description: string }[];
}

/** Adds the route that serves the OpenAPI document. Call it last. */
export function addDocument(app: ControlApi, { tags, ...about }: DocumentFacts): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description:
      'On AWS a token of the deployment’s issuer (OpenID Connect), or an IAM signature instead. On one machine the token that `npm run live -- --host` prints; programs on that machine itself need none.',
  });
  let made: string | undefined;
  app.openapi(getDocument, (c) => {
    made ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        // Relative to where the document is: what is an API's address at home, on AWS and behind a proxy alike.
        servers: [{ url: '/', description: 'Where this document is.' }],
        security: [{ token: [] }, {}],
        ...(tags && { tags }),
        info: {
          ...about,
          version: '1',
          license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
        },
      }),
    );
    return c.body(made, 200, { 'Content-Type': 'application/json' }) as never;
  });
}
