import { createRoute } from '@hono/zod-openapi';
import { streamEvent } from '../../control-store/stream-events.ts';
import { randomId } from '../../routing/ids.ts';
import { formatStreamKey, hashStreamKey, newStreamKey } from '../../routing/stream-key.ts';
import { defaultGraceMs, revokeKey, rotateKeys } from '../policy/stream-keys.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { presentIngest, presentKeys } from './present/present.ts';
import { ApiProblem } from './problems.ts';
import {
  answer,
  bodyProblems,
  idempotencyHeader,
  idempotencyProblems,
  idParam,
  jsonBody,
  problems,
  streamParams,
} from './route-parts.ts';
import { examples } from './schemas/examples.ts';
import { CreatedKey, NewKey } from './schemas/key-schemas.ts';
import { changeStream, loadStream, recordEvent } from './stream-access.ts';

const tags = ['Keys'];

const rotate = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/keys',
  operationId: 'rotateKey',
  summary: 'Create a new stream key',
  description:
    'The previous key keeps working for the grace period, so both keys are valid while you update your encoders. Older keys stop working immediately. A running broadcast continues, whichever key it used.',
  tags,
  request: {
    params: streamParams,
    headers: idempotencyHeader,
    body: { required: false, content: jsonBody(NewKey, examples.newKey) },
  },
  responses: {
    201: answer(CreatedKey, examples.createdKey, 'The new key. It is shown only once.'),
    ...problems('stream-not-found', 'changed-meanwhile', ...bodyProblems, ...idempotencyProblems),
  },
});

const revoke = createRoute({
  method: 'delete',
  path: '/v1/streams/{id}/keys/{keyId}',
  operationId: 'revokeKey',
  summary: 'Revoke a stream key immediately',
  description:
    'You can revoke the last key; nobody can publish then until you create a new one. A running broadcast continues; end it separately if it must stop.',
  tags,
  request: {
    params: streamParams.extend({
      keyId: idParam('keyId', 'ID of the key.', 'k4x9rt3b'),
    }),
  },
  responses: {
    204: { description: 'Revoked. The key no longer works.' },
    ...problems('stream-not-found', 'key-not-found', 'changed-meanwhile'),
  },
});

export function addKeyRoutes(app: ControlApi, context: ApiContext): void {
  const { clock, config, emit } = context;

  app.openapi(rotate, async (c) => {
    // Without a body nothing is parsed, so the schema's default isn't applied.
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
    await recordEvent(
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
      if (!keys) throw new ApiProblem('key-not-found', 'The stream has no valid key with this ID.');
      return { ...before, keys };
    });
    emit('control.key.revoked', { streamId: stream.id, keyId });
    await recordEvent(context, streamEvent('key.revoked', { keyId }, { streamId: stream.id, atMs: nowMs }));
    return c.body(null, 204);
  });
}
