import { z } from '@hono/zod-openapi';

/** Values that several of the API's schemas have. */

export const time = z.iso.datetime().openapi({ example: '2026-11-22T18:00:00.000Z' });

export const url = (example: string) => z.string().openapi({ format: 'uri', example });

export const streamId = z
  .string()
  .openapi({ pattern: '^[0-9a-hjkmnp-tv-z]{16}$', example: '7h2kqv0m4x9rt3bz' });

export const broadcastId = z.string().openapi({ example: '1jm8p0v4c7h2kqv0' });

/** One line for people, of at most `most` characters. */
export const oneLine = (most: number, example: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !/\p{Cc}/u.test(text), 'Control characters are not allowed.')
    .openapi({ description: 'For people, on one line.', example });

/** Shared by the schemas of changes. */
export const namesAField = (change: object): boolean => Object.keys(change).length > 0;
export const nameAField = { message: 'Name at least one field to change.' };
