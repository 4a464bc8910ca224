import { z } from '@hono/zod-openapi';
import { hasHiddenCharacters } from '../../../protocol/display-text.ts';

/** Values shared by several of the API's schemas. */

export const time = z.iso.datetime().openapi({ example: '2026-11-22T18:00:00.000Z' });

export const url = (example: string) => z.string().openapi({ format: 'uri', example });

export const streamId = z
  .string()
  .openapi({ pattern: '^[0-9a-hjkmnp-tv-z]{15}[0-9a-hjkmnp-z]$', example: '7h2kqv0m4x9rt3bz' });

export const broadcastId = z.string().openapi({ example: '1jm8p0v4c7h2kqv0' });

/** Display text on a single line, of at most `most` characters. */
export const oneLine = (most: number, example: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine(
      (text) => !hasHiddenCharacters(text),
      'Control characters and other characters that don’t show are not allowed.',
    )
    .openapi({ description: 'Display text on a single line.', example });

/** Shared by the schemas of PATCH bodies. */
export const namesAField = (change: object): boolean => Object.keys(change).length > 0;
export const nameAField = { message: 'Specify at least one field to change.' };
