import { z } from '@hono/zod-openapi';
import { examples } from './examples.ts';
import { broadcastId, time } from './schema-parts.ts';

const count = z.number().int().min(0);

const AudienceSample = z
  .strictObject({
    at: time('When the step begins.', '2026-11-22T18:00:20.000Z'),
    viewers: count.openapi({ description: 'The most viewers at once within the step.', example: 48 }),
  })
  .openapi('AudienceSample', {
    description: 'One step of the audience over time.',
    example: examples.audience.series.samples[1],
  });

const AudienceSeries = z
  .strictObject({
    stepMs: z.number().int().openapi({ description: 'Length of a step, in milliseconds.', example: 10_000 }),
    samples: z.array(AudienceSample).openapi({
      description: 'Oldest first, at most 240. Steps grow with the broadcast.',
      example: examples.audience.series.samples,
    }),
  })
  .openapi('AudienceSeries', {
    description: 'How many watched, from the beginning of the broadcast on.',
    example: examples.audience.series,
  });

const StartupTimes = z
  .strictObject({
    p50: count.openapi({ description: 'Half of all viewers waited at most so long.', example: 640 }),
    p95: count.openapi({ description: '95 of 100 viewers waited at most so long.', example: 1_900 }),
  })
  .openapi('StartupTimes', {
    description: 'Time from the wish to play to the first picture, in milliseconds, within a tenth.',
    example: examples.audience.startupMs,
  });

const figures = {
  peak: count.openapi({ description: 'The most viewers at once.', example: 131 }),
  plays: count.openapi({ description: 'Viewing sessions that began.', example: 412 }),
  watchTimeMs: count.openapi({
    description: 'How long all viewers together have watched, in milliseconds.',
    example: 86_400_000,
  }),
  startupMs: StartupTimes.optional().openapi({
    description:
      'Time from the wish to play to the first picture, in milliseconds, within a tenth. Omitted if no player has said.',
  }),
  rebufferRatio: z.number().min(0).max(1).optional().openapi({
    description:
      'Time spent waiting for media as a share of time spent watching, of players that say so. Omitted if none has.',
    example: 0.004,
  }),
};

export const BroadcastAudience = z.strictObject(figures).openapi('BroadcastAudience', {
  description:
    'How a broadcast was watched: of the newest until now, of an earlier one until the next began to be watched. Sums alone; nothing about any one viewer is kept.',
  example: examples.broadcastAudience,
});

export const Audience = z
  .strictObject({
    broadcastId: broadcastId.optional().openapi({
      description: 'The broadcast that was watched, the newest. Omitted if nobody has watched one.',
    }),
    viewers: count.openapi({
      description: 'Viewers at once, about ten seconds ago on one machine and half a minute ago on AWS.',
      example: 48,
    }),
    ...figures,
    series: AudienceSeries,
  })
  .openapi('Audience', {
    description:
      'Who watches, as sums; nothing about any one viewer is kept. Live and recorded viewers of the newest broadcast count alike.',
    example: examples.audience,
  });
