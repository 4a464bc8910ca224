import { createRoute } from '@hono/zod-openapi';
import type { StreamId } from '../../routing/ids.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { presentTakedown } from './present/present-documents.ts';
import { ApiProblem } from './problems.ts';
import {
  answer,
  bodyProblems,
  idempotencyHeader,
  idempotencyProblems,
  jsonBody,
  problems,
  streamParams,
} from './route-parts.ts';
import { examples } from './schemas/examples.ts';
import { NewTakedown, Takedown } from './schemas/takedown-schemas.ts';
import { loadStream } from './stream-access.ts';

const tags = ['Takedowns'];

const takeDown = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/takedown',
  operationId: 'takeStreamDown',
  summary: 'Take a stream down immediately',
  description:
    'Disconnects the broadcaster and refuses it from now on, makes the edge serve nothing of the stream, clears the caches, and moves the recordings to where no viewer can reach them. The response reports the progress after a few seconds; the rest continues in the background. Repeating the request changes nothing; during a restore, it reverses the restore.',
  tags,
  request: {
    params: streamParams,
    headers: idempotencyHeader,
    body: { required: true, content: jsonBody(NewTakedown, examples.newTakedown) },
  },
  responses: {
    202: answer(Takedown, examples.takedown, 'Accepted and persisted. The progress so far.'),
    ...problems('stream-not-found', 'changed-meanwhile', ...bodyProblems, ...idempotencyProblems),
  },
});

const restore = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/restore',
  operationId: 'restoreStream',
  summary: 'Undo a takedown',
  description:
    'Brings the recordings back, then makes the edge serve them again, and finally lets the broadcaster return. A broadcast that was cut is not resumed. Repeating the request changes nothing; during a takedown, it reverses the takedown. The request body is empty.',
  tags,
  request: { params: streamParams, headers: idempotencyHeader },
  responses: {
    202: answer(Takedown, examples.restore, 'Accepted and persisted. The progress so far.'),
    ...problems('stream-not-found', 'never-taken-down', 'changed-meanwhile', ...idempotencyProblems),
  },
});

const read = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/takedown',
  operationId: 'getTakedown',
  summary: 'Get the progress of a takedown or restore',
  tags,
  request: { params: streamParams },
  responses: {
    200: answer(Takedown, examples.takedown, 'The newest takedown or restore.'),
    ...problems('stream-not-found', 'never-taken-down'),
  },
});

export function addTakedownRoutes(app: ControlApi, context: ApiContext): void {
  const { store, takedowns, downloads } = context;
  if (!takedowns) return;

  app.openapi(takeDown, async (c) => {
    const { id } = await loadStream(context, c.req.valid('param').id);
    const document = await takedowns.take(id, c.req.valid('json').reason);
    await downloads?.forget(id);
    return c.json(presentTakedown(document), 202);
  });

  app.openapi(restore, async (c) => {
    const { id } = await loadStream(context, c.req.valid('param').id);
    await known(id);
    return c.json(presentTakedown(await takedowns.restore(id)), 202);
  });

  app.openapi(read, async (c) => {
    const { id } = await loadStream(context, c.req.valid('param').id);
    return c.json(presentTakedown(await known(id)), 200);
  });

  async function known(id: StreamId) {
    const document = await store.getDocument(id, 'takedown');
    if (document) return document;
    throw new ApiProblem('never-taken-down', 'The stream has no takedown to read or restore.');
  }
}
