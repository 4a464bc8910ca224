import { z } from '@hono/zod-openapi';
import { wholeSamples } from '../../../control-store/health/health-series.ts';
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
  .openapi('HealthReason');

const HealthSample = z
  .strictObject({
    at: time,
    videoBps: z.number().openapi({ description: 'Bits of video received in a second.', example: 4_061_000 }),
    audioBps: z.number().openapi({ description: 'Bits of sound received in a second.', example: 160_000 }),
    frameRate: z.number().openapi({ description: 'Pictures received in a second.', example: 30 }),
    keyFrameIntervalMs: z.number().optional().openapi({
      description:
        'Longest time from key frame to key frame. Omitted before the second key frame, and for sound alone.',
      example: 2_000,
    }),
    lostPictures: z.number().int().openapi({
      description: 'Pictures that the broadcaster left out, or that came too late to be shown.',
      example: 0,
    }),
    avOffsetMs: z.number().optional().openapi({
      description:
        'How much later sound is sent than the pictures of the same time; negative if it is sent earlier. Omitted unless both are sent.',
      example: -12,
    }),
    encoderSpeed: z.number().optional().openapi({
      description:
        'Speed of our encoder; 1 is real time. Omitted while nothing is encoded here, and with medialive.',
      example: 1,
    }),
    gapMs: z.number().openapi({
      description: 'Longest time without a picture, or, for sound alone, without sound.',
      example: 41,
    }),
  })
  .openapi('HealthSample', { description: 'What was measured in one step, or on average of several.' });

export const StreamHealth = z
  .strictObject({
    verdict: z.enum(['excellent', 'fair', 'bad', 'none']).openapi({
      description:
        'In a word. It changes once another one has been true for 10 s; for the better, after longer. none: nothing is received.',
      example: 'fair',
    }),
    since: time.optional().openapi({ description: 'When the verdict became so.' }),
    reasons: z.array(HealthReason).openapi({ description: 'Why it isn’t excellent; worst first.' }),
    current: HealthSample.optional().openapi({
      description: 'The newest sample. Omitted if no broadcaster is sending now.',
    }),
    series: z
      .strictObject({
        stepMs: z.number().int().openapi({ description: 'Time between two samples.', example: 5_000 }),
        samples: z.array(HealthSample).max(wholeSamples).openapi({
          description: 'Oldest first. There are none of times when nothing was received.',
        }),
      })
      .openapi({ description: 'What was measured, over time.' }),
  })
  .openapi('StreamHealth', {
    description: 'How well the broadcaster’s media arrives and is encoded.',
  });
