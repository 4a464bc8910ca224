import { createRoute, z } from '@hono/zod-openapi';
import { streamEvent } from '../../control-store/stream-events.ts';
import { randomId } from '../../routing/ids.ts';
import { formatStreamKey, hashStreamKey, newStreamKey } from '../../routing/stream-key.ts';
import { defaultGraceMs, revokeKey, rotateKeys } from '../policy/stream-keys.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { presentIngest, presentKeys } from './present.ts';
import { ApiProblem } from './problems.ts';
import { answer, bodyProblems, jsonBody, problems, streamParams } from './route-parts.ts';
import { examples } from './schemas/examples.ts';
import { CreatedKey, NewKey } from './schemas/schemas.ts';
import { changeStream, loadStream, tell } from './stream-access.ts';

const tags = ['Keys'];

const rotate = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/keys',
  operationId: 'rotateKey',
  summary: 'Make a new stream key',
  description:
    'The key before it works on for the grace period, so that two keys open the stream while encoders are given the new one. Keys older than that end at once. A broadcast under way goes on, whatever its key.',
  tags,
  request: { params: streamParams, body: { required: false, content: jsonBody(NewKey, examples.newKey) } },
  responses: {
    201: answer(CreatedKey, examples.createdKey, 'The new key, shown this once.'),
    ...problems('stream-not-found', 'changed-meanwhile', ...bodyProblems),
  },
});

const revoke = createRoute({
  method: 'delete',
  path: '/v1/streams/{id}/keys/{keyId}',
  operationId: 'revokeKey',
  summary: 'Revoke a stream key at once',
  description:
    'The last key may go too: nobody can publish then until a new one is made. A broadcast under way goes on; end it where it must not.',
  tags,
  request: {
    params: streamParams.extend({
      keyId: z.string().openapi({ param: { name: 'keyId', in: 'path' }, example: 'k4x9rt3b' }),
    }),
  },
  responses: {
    204: { description: 'The key opens nothing any more.' },
    ...problems('stream-not-found', 'key-not-found', 'changed-meanwhile'),
  },
});

export function addKeyRoutes(app: ControlApi, context: ApiContext): void {
  const { clock, config, emit } = context;

  app.openapi(rotate, async (c) => {
    // Without a body there is nothing that was parsed, so no default either.
    const { graceSeconds = defaultGraceMs / 1_000 } = c.req.valid('json') as { graceSeconds?: number };
    const graceMs = graceSeconds * 1_000;
    const nowMs = clock.wallMs();
    const { id } = await loadStream(context, c.req.valid('param').id);
    const key = newStreamKey(id);
    const fresh = { id: randomId(8), hash: hashStreamKey(key, config.keyPepper), createdAtMs: nowMs };
    const stream = await changeStream(context, id, (before) => ({
      ...before,
      keys: rotateKeys(before.keys, fresh, graceMs, nowMs),
    }));
    emit('control.key.rotated', { streamId: id, keyId: fresh.id, graceMs });
    await tell(
      context,
      streamEvent('key.rotated', { keyId: fresh.id, graceMs }, { streamId: id, atMs: nowMs }),
    );
    return c.json(
      {
        id: fresh.id,
        key: formatStreamKey(key),
        ingest: presentIngest(key, config),
        keys: presentKeys(stream, nowMs),
      },
      201,
    );
  });

  app.openapi(revoke, async (c) => {
    const { id, keyId } = c.req.valid('param');
    const nowMs = clock.wallMs();
    const stream = await changeStream(context, id, (before) => {
      const keys = revokeKey(before.keys, keyId, nowMs);
      if (!keys) throw new ApiProblem('key-not-found', 'No key that opens the stream has this id.');
      return { ...before, keys };
    });
    emit('control.key.revoked', { streamId: stream.id, keyId });
    await tell(context, streamEvent('key.revoked', { keyId }, { streamId: stream.id, atMs: nowMs }));
    return c.body(null, 204);
  });
}
