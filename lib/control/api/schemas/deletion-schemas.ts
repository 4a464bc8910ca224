import { z } from '@hono/zod-openapi';
import { recordingsChoices } from '../../../control-store/deletions.ts';
import { broadcastId, streamId, time } from './schema-parts.ts';

const afterMs = z.number().int().min(0);

export const RecordingsChoice = z.enum(recordingsChoices).openapi('RecordingsChoice', {
  description:
    'keep: the recordings stay in storage, where no viewer can reach them. delete: they are deleted for good.',
});

export const Deletion = z
  .strictObject({
    streamId,
    broadcastId: broadcastId.optional().openapi({ description: 'Omitted if the whole stream was deleted.' }),
    recordings: RecordingsChoice,
    askedAt: time,
    state: z.enum(['deleting', 'deleted']).openapi({
      description: 'deleting: some of it is left; the rest is deleted in the background.',
    }),
    darkAfterMs: afterMs.optional().openapi({
      description: 'When the edge stopped serving it, in milliseconds since the request.',
      example: 420,
    }),
    goneUntil: time.optional().openapi({
      description: 'Until then viewers get 410, afterwards 404. Omitted while the state is deleting.',
    }),
    keptUntil: time.optional().openapi({
      description:
        'When storage deletes recordings that are kept; at most that late. Omitted if they are deleted, or kept indefinitely.',
    }),
    detail: z.string().openapi({ description: 'What stays, and until when, for people.' }),
  })
  .openapi('Deletion', { description: 'What becomes of a deleted stream or recording.' });
