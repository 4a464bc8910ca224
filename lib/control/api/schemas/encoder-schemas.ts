import { z } from '@hono/zod-openapi';
import { channelStates } from '../../../control-store/managed/channel-states.ts';
import { examples } from './examples.ts';
import { broadcastId, time } from './schema-parts.ts';

export const EncoderTier = z.enum(['fleet', 'medialive']).openapi('EncoderTier', {
  description:
    "fleet: Headwater's encoder workers. medialive: one AWS MediaLive channel per broadcast, HLS only.",
  example: 'fleet',
});

const usd = (description: string, example: number) => z.number().min(0).openapi({ description, example });

const CostPart = z
  .strictObject({
    what: z
      .string()
      .openapi({ description: 'What costs this, for people.', example: examples.cost.parts[0]?.what }),
    perHourUsd: usd('This part of the cost, in US dollars per hour.', 0.079),
  })
  .openapi('CostPart', { description: 'A part of the cost.', example: examples.cost.parts[0] });

export const CostEstimate = z
  .strictObject({
    encoder: EncoderTier,
    perHourUsd: usd('All of it, in US dollars per hour.', 0.42),
    parts: z.array(CostPart).openapi({ description: 'What it consists of.', example: examples.cost.parts }),
    note: z.string().openapi({
      description: 'Date and region of the prices, and what they exclude.',
      example: examples.cost.note,
    }),
  })
  .openapi('CostEstimate', {
    description: 'Approximate cost of one hour on air, on AWS.',
    example: examples.cost,
  });

export const Managed = z
  .strictObject({
    broadcastId: broadcastId.openapi({ description: 'The broadcast that the channel is for.' }),
    state: z.enum(channelStates).openapi({
      description:
        'Where it is in its life: created, then starting, running (billed), live (players are sent to it), then stopped and deleted. gone: nothing of it is left.',
      example: 'starting',
    }),
    since: time('When it got into this state.', '2026-11-22T17:59:10.000Z'),
    channelId: z
      .string()
      .optional()
      .openapi({ description: 'Its ID at AWS. Omitted until it has one.', example: '1234567' }),
    detail: z.string().openapi({
      description: 'Status for people.',
      example: 'The MediaLive channel is starting; about 50 s left.',
    }),
  })
  .openapi('ManagedChannel', {
    description: 'The MediaLive channel that encodes the stream, or the last one that did.',
    example: examples.managed,
  });
