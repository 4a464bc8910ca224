import { z } from '@hono/zod-openapi';
import { recordingsChoices } from '../../../control-store/deletions.ts';
import { examples } from './examples.ts';
import { broadcastId, streamId, time } from './schema-parts.ts';

const afterMs = z.number().int().min(0);

export const RecordingsChoice = z.enum(recordingsChoices).openapi('RecordingsChoice', {
  description:
    'keep: the recordings stay in storage, where no viewer can reach them. delete: they are deleted for good.',
  example: 'delete',
});

export const Deletion = z
  .strictObject({
    streamId,
    broadcastId: broadcastId
      .optional()
      .openapi({ description: 'The deleted recording’s. Omitted if the whole stream was deleted.' }),
    recordings: RecordingsChoice,
    askedAt: time('When it was asked for.', '2026-11-22T20:30:00.000Z'),
    state: z.enum(['deleting', 'deleted']).openapi({
      description: 'deleting: some of it is left; the rest is deleted in the background.',
      example: 'deleted',
    }),
    darkAfterMs: afterMs.optional().openapi({
      description: 'When the edge stopped serving it, in milliseconds since the request.',
      example: 180,
    }),
    goneUntil: time(
      'Until then viewers get 410, afterwards 404. Omitted while the state is deleting.',
      '2026-11-23T20:30:00.900Z',
    ).optional(),
    keptUntil: time(
      'When storage deletes recordings that are kept; at most that late. Omitted if they are deleted, or kept indefinitely.',
      '2027-11-22T20:30:00.000Z',
    ).optional(),
    detail: z.string().openapi({
      description: 'What stays, and until when, for people.',
      example: examples.deletion.detail,
    }),
  })
  .openapi('Deletion', {
    description: 'What becomes of a deleted stream or recording.',
    example: examples.deletion,
  });
