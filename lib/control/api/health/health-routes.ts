import { createRoute, z } from '@hono/zod-openapi';
import type { ApiContext, ControlApi } from '../context.ts';
import { answer, problems, streamParams } from '../route-parts.ts';
import { examples } from '../schemas/examples.ts';
import { StreamHealth } from '../schemas/health-schemas.ts';
import { loadStream, observeStream } from '../stream-access.ts';
import { presentHealth } from './present-health.ts';

const get = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/health',
  operationId: 'getStreamHealth',
  summary: 'Get how well a broadcaster’s media arrives',
  description:
    'Of the newest broadcast, in a word, with reasons and advice for people, and as a series: the last ten minutes in steps of 5 s (recent), or the whole broadcast in at most 240 points (broadcast). The event stream.health says when the verdict changes.',
  tags: ['Broadcasts'],
  request: {
    params: streamParams,
    query: z.strictObject({
      window: z
        .enum(['recent', 'broadcast'])
        .default('recent')
        .openapi({
          param: { name: 'window', in: 'query' },
          description: 'The last ten minutes, or the whole broadcast.',
          example: 'recent',
        }),
    }),
  },
  responses: {
    200: answer(StreamHealth, examples.streamHealth, 'Verdict, reasons and series.'),
    ...problems('stream-not-found', 'invalid-request'),
  },
});

export function addHealthRoutes(app: ControlApi, context: ApiContext): void {
  const { store } = context;

  app.openapi(get, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const { broadcast } = await observeStream(context, stream);
    const now = await store.getDocument(stream.id, 'health');
    const past = await store.getDocument(stream.id, 'health-past');
    const { window } = c.req.valid('query');
    return c.json(presentHealth({ broadcast, now: now?.body, past: past?.body }, window), 200);
  });
}
