import { z } from '@hono/zod-openapi';
import { takedownSteps } from '../../../control-store/takedown.ts';
import { oneLine, streamId, time } from './schema-parts.ts';

const reason = oneLine(500, 'A report of stolen footage').openapi({
  description: "For reviewers. It appears in this API's responses and in the stream's journal.",
});
const afterMs = z.number().int().min(0).openapi({ description: 'Milliseconds since the request.' });

export const NewTakedown = z.strictObject({ reason }).openapi('NewTakedown');

export const TakedownState = z
  .enum(['taking-down', 'taken-down', 'restoring', 'restored'])
  .openapi('TakedownState');

const TakedownProgress = z
  .strictObject({
    step: z.enum(takedownSteps),
    state: z.enum(['waiting', 'done']),
    afterMs: afterMs.optional(),
    detail: z.string().optional().openapi({ description: 'What the step is waiting for.' }),
  })
  .openapi('TakedownProgress', {
    description:
      "refuse: nobody can publish. deny: the edge serves nothing of the stream. cut: the broadcast has been ended. invalidate: no cache holds any of it. quarantine: the recordings have been moved to where the edge doesn't read. A restore undoes these steps.",
  });

export const Takedown = z
  .strictObject({
    streamId,
    state: TakedownState,
    reason,
    askedAt: time,
    darkAfterMs: afterMs.optional().openapi({
      description: 'When the stream stopped for all viewers, in milliseconds since the request.',
      example: 420,
    }),
    doneAfterMs: afterMs.optional().openapi({ example: 1_900 }),
    steps: z.array(TakedownProgress),
  })
  .openapi('Takedown', { description: "Progress of a stream's takedown or restore." });

export const TakedownNotice = z
  .strictObject({
    state: TakedownState.optional().openapi({
      description: 'Omitted in stream lists: get the stream or its takedown instead.',
    }),
    reason,
    askedAt: time,
  })
  .openapi('TakedownNotice', { description: 'Why and when the stream was taken down, or restored.' });
