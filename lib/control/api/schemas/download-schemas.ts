import { z } from '@hono/zod-openapi';
import { downloadStates } from '../../../control-store/downloads.ts';
import { examples } from './examples.ts';
import { broadcastId, time, url } from './schema-parts.ts';

/** The longest recording that is made into one file: two days. */
const mostMs = 172_800_000;

const startMs = z.number().int().min(0).max(mostMs).openapi({
  description: 'Where the clip begins, in milliseconds from the beginning of the recording.',
  example: 61_500,
});
const endMs = z.number().int().min(1).max(mostMs).openapi({
  description: 'Where the clip ends, in milliseconds from the beginning of the recording.',
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
    example: examples.newDownload,
  });

export const Download = z
  .strictObject({
    id: z
      .string()
      .openapi({ description: 'ID of the download within its broadcast.', example: 'q8w2z5cvk4x9' }),
    broadcastId,
    startMs: startMs.optional(),
    endMs: endMs.optional(),
    rendition: rendition.optional(),
    fileName: z.string().openapi({
      description: 'What browsers call the file: the stream’s name, the day, and the part if it is one.',
      example: examples.download.fileName,
    }),
    state: z.enum(downloadStates).openapi({
      description:
        'queued: waits for its turn. running: is being written. ready: can be downloaded until it expires. failed: see detail.',
      example: 'ready',
    }),
    askedAt: time('When it was asked for.', '2026-11-22T19:10:00.000Z'),
    progress: z
      .number()
      .min(0)
      .max(1)
      .openapi({ description: 'How much of it is written, from 0 to 1.', example: 1 }),
    sizeBytes: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Size of the file. Omitted until it is known.', example: 9_437_184 }),
    durationMs: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Its length, in milliseconds. Omitted until it is known.', example: 22_500 }),
    url: url(
      'Present once it is ready. If the stream is signed, it opens only with a token in its path, as its playback URLs do.',
      examples.download.url,
    ).optional(),
    expiresAt: time(
      'When the file is deleted; a failed download is forgotten then. Ask again afterwards.',
      '2026-11-23T19:10:02.000Z',
    ).optional(),
    detail: z.string().optional().openapi({
      description: 'Why it failed, for people.',
      example: 'The recording has no rendition 1080p.',
    }),
  })
  .openapi('Download', {
    description: 'A recording, or a clip of one, as a single MP4 file.',
    example: examples.download,
  });

export const DownloadList = z
  .strictObject({
    downloads: z.array(Download).openapi({
      description: 'Those that have not expired, newest first.',
      example: [examples.download],
    }),
  })
  .openapi('DownloadList', {
    description: 'The MP4 files of a recording.',
    example: { downloads: [examples.download] },
  });
