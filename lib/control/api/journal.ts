import { createRoute, z } from '@hono/zod-openapi';
import type { ApiContext, ControlApi } from './context.ts';
import { liveFeeds } from './live-feed.ts';
import { presentEvent } from './present/present.ts';
import { ApiProblem } from './problems.ts';
import { answer, cursorParam, limitParam, problems, streamParams } from './route-parts.ts';
import { StreamEventList } from './schemas/event-schemas.ts';
import { examples } from './schemas/examples.ts';
import { loadStream } from './stream-access.ts';

const tags = ['Events'];

const after = z.coerce
  .number()
  .int()
  .min(0)
  .optional()
  .openapi({
    param: { name: 'after', in: 'query' },
    description: 'Return only events with a greater sequence.',
    example: 12,
  });

const list = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/events',
  operationId: 'listStreamEvents',
  summary: "Read a stream's journal",
  description:
    'Newest first, with a cursor to older ones. With "after", the events that follow it, oldest first: to read on from where you were. The newest 1,000 are kept.',
  tags,
  request: {
    params: streamParams,
    query: z.strictObject({
      after,
      limit: limitParam(1_000, 100),
      cursor: cursorParam(/^[1-9]\d{0,14}$/, '12'),
    }),
  },
  responses: {
    200: answer(StreamEventList, examples.streamEventList, 'The events.'),
    ...problems('stream-not-found', 'invalid-request'),
  },
});

const [entry] = examples.streamEventList.events;
const liveExample = `id: ${entry?.sequence}\ndata: ${JSON.stringify(entry)}\n\n`;

const live = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/events/live',
  operationId: 'followStreamEvents',
  summary: "Follow a stream's journal live",
  description:
    'Server-sent events: each message has the sequence as its ID and a StreamEvent as its data. Starts after "Last-Event-ID" or "after"; without either, with the newest 50. Comments keep the connection open. After 15 minutes the feed is closed, and browsers reconnect automatically. An event named "gone" means that the stream was deleted.',
  tags,
  request: { params: streamParams, query: z.strictObject({ after }) },
  responses: {
    200: {
      description: 'Events as they happen.',
      content: {
        'text/event-stream': {
          schema: { type: 'string', description: 'Server-sent events (WHATWG HTML, section 9.2).' },
          example: liveExample,
        },
      },
    },
    ...problems('stream-not-found', 'invalid-request', 'too-many-listeners', 'live-feed-not-offered'),
  },
});

export function addEventRoutes(app: ControlApi, context: ApiContext): void {
  const openFeed = liveFeeds(context);

  app.openapi(list, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const { after, cursor, limit } = c.req.valid('query');
    if (after !== undefined) {
      if (cursor !== undefined) throw afterAndCursor();
      const events = await context.store.listEvents(stream.id, { after, limit });
      return c.json({ events: events.map(presentEvent) }, 200);
    }
    const found = await context.store.listEvents(stream.id, {
      limit: limit + 1,
      ...(cursor !== undefined && { before: Number(cursor) }),
    });
    const events = found.slice(-limit).toReversed();
    const oldest = found.length > limit ? events.at(-1) : undefined;
    return c.json(
      { events: events.map(presentEvent), ...(oldest && { cursor: String(oldest.sequence) }) },
      200,
    );
  });

  app.openapi(live, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const lastId = c.req.header('last-event-id') ?? '';
    const start = /^\d{1,15}$/.test(lastId) ? Number(lastId) : c.req.valid('query').after;
    return openFeed(c, stream.id, start);
  });
}

function afterAndCursor(): ApiProblem {
  const detail = 'Give "cursor" for older events or "after" for those that follow, not both.';
  return new ApiProblem('invalid-request', `The query has one error. cursor: ${detail}`, [
    { detail, parameter: 'cursor' },
  ]);
}
