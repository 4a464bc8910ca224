import { z } from '@hono/zod-openapi';
import { examples } from './examples.ts';
import { broadcastId, nextCursor, time } from './schema-parts.ts';

const [event] = examples.streamEventList.events;

export const StreamEvent = z
  .strictObject({
    sequence: z.number().int().openapi({
      description: 'Increases within a stream. Pass it as "after" to get what came later.',
      example: event?.sequence,
    }),
    at: time('When it happened.', event?.at),
    type: z.string().openapi({
      description: 'What happened, for programs. Ignore types that you don’t know: more may come.',
      example: event?.type,
    }),
    text: z.string().openapi({ description: 'What happened, for people.', example: event?.text }),
    broadcastId: broadcastId
      .optional()
      .openapi({ description: 'The broadcast that it happened to. Omitted if it concerns the stream.' }),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).openapi({
      description: 'The same as the text, for programs; by type. Units are in the names.',
      example: event?.data,
    }),
  })
  .openapi('StreamEvent', { description: 'An entry of a stream’s journal.', example: event });

export const StreamEventList = z
  .strictObject({
    events: z.array(StreamEvent).openapi({
      description: 'Newest first; with "after" in the order in which they happened.',
      example: examples.streamEventList.events,
    }),
    cursor: nextCursor('12'),
  })
  .openapi('StreamEventList', {
    description: 'Entries of a stream’s journal.',
    example: examples.streamEventList,
  });
