import { z } from '@hono/zod-openapi';
import { takedownSteps } from '../../../control-store/takedown.ts';
import { oneLine, streamId, time } from './schema-parts.ts';

const reason = oneLine(500, 'A report of stolen footage').openapi({
  description:
    'For the people who review it. It is in the answers of this API and in the journal of the stream.',
});
const afterMs = z.number().int().min(0).openapi({ description: 'Milliseconds since it was asked for.' });

export const NewTakedown = z.strictObject({ reason }).openapi('NewTakedown');

const TakedownState = z.enum(['taking-down', 'taken-down', 'restoring', 'restored']).openapi('TakedownState');

const TakedownProgress = z
  .strictObject({
    step: z.enum(takedownSteps),
    state: z.enum(['waiting', 'done']),
    afterMs: afterMs.optional(),
    detail: z.string().optional().openapi({ description: 'In words: what it waits for.' }),
  })
  .openapi('TakedownProgress', {
    description:
      'refuse: nobody may publish. deny: the edge answers nothing. cut: the broadcast is ended. invalidate: no cache holds anything. quarantine: the recordings are where the edge does not read. A restore undoes them.',
  });

export const Takedown = z
  .strictObject({
    streamId,
    state: TakedownState,
    reason,
    askedAt: time,
    darkAfterMs: afterMs.optional().openapi({
      description: 'When viewers got nothing of the stream any more, in milliseconds since it was asked for.',
      example: 420,
    }),
    doneAfterMs: afterMs.optional().openapi({ example: 1_900 }),
    steps: z.array(TakedownProgress),
  })
  .openapi('Takedown', { description: 'How far a stream is taken down, or restored.' });

export const TakedownNotice = z
  .strictObject({
    state: TakedownState.optional().openapi({
      description: 'Left out where streams are listed: read the stream, or its takedown.',
    }),
    reason,
    askedAt: time,
  })
  .openapi('TakedownNotice');
