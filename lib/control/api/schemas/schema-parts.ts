import { z } from '@hono/zod-openapi';
import { hasHiddenCharacters } from '../../../protocol/display-text.ts';

/** Values shared by several of the API's schemas. A property needs a description and an example (a test asks for them). */

/** An instant in UTC. */
export const time = (description: string, example = '2026-11-22T18:00:00.000Z') =>
  z.iso.datetime().openapi({ description, example });

export const url = (description: string, example: string) =>
  z.string().openapi({ description, format: 'uri', example });

export const streamId = z.string().openapi({
  description: 'ID of the stream, which is also in its playback URLs.',
  pattern: '^[0-9a-hjkmnp-tv-z]{15}[0-9a-hjkmnp-z]$',
  example: '7h2kqv0m4x9rt3bz',
});

export const broadcastId = z.string().openapi({
  description: 'ID of the broadcast. IDs of a stream’s later broadcasts sort after those of earlier ones.',
  example: '1jm8p0v4c7h2kqv0',
});

/** Display text on a single line, of at most `most` characters. */
export const oneLine = (most: number, description: string, example: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine(
      (text) => !hasHiddenCharacters(text),
      'Control characters and other characters that don’t show are not allowed.',
    )
    .openapi({ description, example });

/** Leads from one page of a list to the next. */
export const nextCursor = (example: string) =>
  z.string().optional().openapi({
    description: 'Pass it as "cursor" to get the next, older page. Omitted on the last page.',
    example,
  });

/** Shared by the schemas of PATCH bodies. */
export const namesAField = (change: object): boolean => Object.keys(change).length > 0;
export const nameAField = { message: 'Specify at least one field to change.' };
