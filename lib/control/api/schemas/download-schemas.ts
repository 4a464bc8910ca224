import { z } from '@hono/zod-openapi';
import { downloadStates } from '../../../control-store/downloads.ts';
import { broadcastId, time, url } from './schema-parts.ts';

/** The longest recording that is made into one file: two days. */
const mostMs = 172_800_000;

const startMs = z.number().int().min(0).max(mostMs).openapi({
  description: 'Where the clip begins, in milliseconds from the beginning of the recording.',
  example: 61_500,
});
const endMs = z.number().int().min(1).max(mostMs).openapi({
  description: 'Where the clip ends.',
  example: 84_000,
});
const rendition = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, { error: 'Must be the ID of a rendition, such as 720p.' })
  .openapi({ description: 'ID of a rendition; `audio` for sound alone.', example: '720p' });

export const NewDownload = z
  .strictObject({
    startMs: startMs.optional(),
    endMs: endMs.optional(),
    rendition: rendition.optional(),
  })
  .refine(({ startMs: from = 0, endMs: to = mostMs }) => from < to, {
    message: 'The clip must end after it begins.',
    path: ['endMs'],
  })
  .openapi('NewDownload', {
    description: 'Without times the whole recording; without a rendition the best one.',
  });

export const Download = z
  .strictObject({
    id: z.string().openapi({ example: 'q8w2z5cvk4x9' }),
    broadcastId,
    startMs: startMs.optional(),
    endMs: endMs.optional(),
    rendition: rendition.optional(),
    fileName: z.string().openapi({ example: 'Sunday concert 2026-11-22.mp4' }),
    state: z.enum(downloadStates).openapi({
      description:
        'queued: waits for its turn. running: is being written. ready: can be downloaded until it expires. failed: see detail.',
    }),
    askedAt: time,
    progress: z.number().min(0).max(1).openapi({ description: 'How much of it is written.', example: 0.4 }),
    sizeBytes: z.number().int().optional().openapi({ example: 7_340_032 }),
    durationMs: z.number().int().optional().openapi({ example: 22_500 }),
    url: url('http://127.0.0.1:8090/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/download-q8w2z5cvk4x9.mp4')
      .optional()
      .openapi({
        description:
          'Present once it is ready. If the stream is signed, it opens only with a token in its path, as its playback URLs do.',
      }),
    expiresAt: time.optional().openapi({
      description: 'When the file is deleted; a failed download is forgotten then. Ask again afterwards.',
    }),
    detail: z.string().optional().openapi({ description: 'Why it failed, for people.' }),
  })
  .openapi('Download', { description: 'A recording, or a clip of one, as a single MP4 file.' });

export const DownloadList = z.strictObject({ downloads: z.array(Download) }).openapi('DownloadList');
