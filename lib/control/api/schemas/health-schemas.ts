import { z } from '@hono/zod-openapi';
import { wholeSamples } from '../../../control-store/health/health-series.ts';
import { examples } from './examples.ts';
import { time } from './schema-parts.ts';

const HealthReason = z
  .strictObject({
    code: z.string().openapi({ description: 'For programs.', example: 'key-frames-rare' }),
    message: z
      .string()
      .openapi({ description: 'For people: what is wrong.', example: 'Key frames come every 10 s.' }),
    advice: z.string().openapi({
      description: 'For people: what to do about it.',
      example: 'Set the key frame interval of your encoder to 2 s.',
    }),
  })
  .openapi('HealthReason', {
    description: 'Something that keeps the verdict from being excellent.',
    example: examples.streamHealth.reasons[0],
  });

const HealthSample = z
  .strictObject({
    at: time('End of the step that was measured.', '2026-11-22T18:31:00.000Z'),
    videoBps: z.number().openapi({ description: 'Bits of video received in a second.', example: 4_061_000 }),
    audioBps: z.number().openapi({ description: 'Bits of sound received in a second.', example: 160_000 }),
    frameRate: z.number().openapi({ description: 'Pictures received in a second.', example: 30 }),
    keyFrameIntervalMs: z.number().optional().openapi({
      description:
        'Longest time from key frame to key frame, in milliseconds. Omitted before the second key frame, and for sound alone.',
      example: 10_000,
    }),
    lostPictures: z.number().int().openapi({
      description: 'Pictures that the broadcaster left out, or that came too late to be shown.',
      example: 0,
    }),
    avOffsetMs: z.number().optional().openapi({
      description:
        'How much later sound is sent than the pictures of the same time, in milliseconds; negative if it is sent earlier. Omitted unless both are sent.',
      example: -12,
    }),
    encoderSpeed: z.number().optional().openapi({
      description:
        'Speed of our encoder; 1 is real time. Omitted while nothing is encoded here, and with medialive.',
      example: 1,
    }),
    gapMs: z.number().openapi({
      description: 'Longest time without a picture, or, for sound alone, without sound, in milliseconds.',
      example: 41,
    }),
  })
  .openapi('HealthSample', {
    description: 'What was measured in one step, or on average of several.',
    example: examples.streamHealth.current,
  });

const HealthSeries = z
  .strictObject({
    stepMs: z
      .number()
      .int()
      .openapi({ description: 'Time between two samples, in milliseconds.', example: 5_000 }),
    samples: z.array(HealthSample).max(wholeSamples).openapi({
      description: 'Oldest first. There are none of times when nothing was received.',
      example: examples.streamHealth.series.samples,
    }),
  })
  .openapi('HealthSeries', {
    description: 'What was measured, over time.',
    example: examples.streamHealth.series,
  });

export const StreamHealth = z
  .strictObject({
    verdict: z.enum(['excellent', 'fair', 'bad', 'none']).openapi({
      description:
        'In a word. It changes once another one has been true for 10 s; for the better, after longer. none: nothing is received.',
      example: 'fair',
    }),
    since: time('When the verdict became so.', '2026-11-22T18:12:40.000Z').optional(),
    reasons: z.array(HealthReason).openapi({
      description: 'Why it isn’t excellent; worst first.',
      example: examples.streamHealth.reasons,
    }),
    current: HealthSample.optional().openapi({
      description: 'The newest sample. Omitted if no broadcaster is sending now.',
    }),
    series: HealthSeries,
  })
  .openapi('StreamHealth', {
    description: 'How well the broadcaster’s media arrives and is encoded.',
    example: examples.streamHealth,
  });
