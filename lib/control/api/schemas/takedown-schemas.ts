import { z } from '@hono/zod-openapi';
import { takedownSteps } from '../../../control-store/takedown.ts';
import { examples } from './examples.ts';
import { oneLine, streamId, time } from './schema-parts.ts';

const reason = oneLine(
  500,
  "For reviewers. It appears in this API's responses and in the stream's journal.",
  'A report of stolen footage',
);
const afterMs = z.number().int().min(0);

export const NewTakedown = z
  .strictObject({ reason })
  .openapi('NewTakedown', { description: 'Why the stream is taken down.', example: examples.newTakedown });

export const TakedownState = z
  .enum(['taking-down', 'taken-down', 'restoring', 'restored'])
  .openapi('TakedownState', {
    description:
      'taking-down, restoring: some steps are left, and go on in the background. taken-down, restored: all are done.',
    example: 'taking-down',
  });

const TakedownProgress = z
  .strictObject({
    step: z.enum(takedownSteps).openapi({
      description:
        "refuse: nobody can publish. deny: the edge serves nothing of the stream. cut: the broadcast has been ended. invalidate: no cache holds any of it. quarantine: the recordings have been moved to where the edge doesn't read.",
      example: 'deny',
    }),
    state: z.enum(['waiting', 'done']).openapi({
      description: 'Whether the step is done, or undone in a restore.',
      example: 'done',
    }),
    afterMs: afterMs
      .optional()
      .openapi({ description: 'When it was done, in milliseconds since the request.', example: 420 }),
    detail: z.string().optional().openapi({
      description: 'What the step is waiting for.',
      example: 'Moving the recordings; some are left.',
    }),
  })
  .openapi('TakedownProgress', {
    description: 'A step of a takedown. A restore undoes those that can be undone.',
    example: examples.takedown.steps[1],
  });

export const Takedown = z
  .strictObject({
    streamId,
    state: TakedownState,
    reason,
    askedAt: time('When this takedown, or the restore, was asked for.', '2026-11-22T18:30:00.000Z'),
    darkAfterMs: afterMs.optional().openapi({
      description: 'When the stream stopped for all viewers, in milliseconds since the request.',
      example: 420,
    }),
    doneAfterMs: afterMs.optional().openapi({
      description: 'When the last step was done, in milliseconds since the request.',
      example: 1_900,
    }),
    steps: z
      .array(TakedownProgress)
      .openapi({ description: 'Each step and how far it is.', example: examples.takedown.steps }),
  })
  .openapi('Takedown', {
    description: "Progress of a stream's takedown or restore.",
    example: examples.takedown,
  });

export const TakedownNotice = z
  .strictObject({
    state: TakedownState.optional().openapi({
      description: 'Omitted in stream lists: get the stream or its takedown instead.',
    }),
    reason,
    askedAt: time('When the takedown, or the restore, was asked for.', '2026-11-22T18:30:00.000Z'),
  })
  .openapi('TakedownNotice', {
    description: 'Why and when the stream was taken down, or restored.',
    example: examples.takedownNotice,
  });
