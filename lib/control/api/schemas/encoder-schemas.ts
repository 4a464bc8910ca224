import { z } from '@hono/zod-openapi';
import { channelStates } from '../../../control-store/managed/channel-states.ts';
import { broadcastId, time } from './schema-parts.ts';

export const EncoderTier = z.enum(['fleet', 'medialive']).openapi('EncoderTier', {
  description:
    "fleet: Headwater's encoder workers. medialive: one AWS MediaLive channel per broadcast, HLS only.",
});

const usd = z.number().min(0).openapi({ description: 'US dollars per hour.', example: 0.4 });

export const CostEstimate = z
  .strictObject({
    encoder: EncoderTier,
    perHourUsd: usd,
    parts: z.array(z.strictObject({ what: z.string(), perHourUsd: usd })),
    note: z.string().openapi({ description: 'Date and region of the prices, and what they exclude.' }),
  })
  .openapi('CostEstimate', { description: 'Approximate cost of one hour on air, on AWS.' });

export const Managed = z
  .strictObject({
    broadcastId: broadcastId.openapi({ description: 'The broadcast that the channel is for.' }),
    state: z.enum(channelStates).openapi({ example: 'starting' }),
    since: time,
    channelId: z.string().optional().openapi({ example: '1234567' }),
    detail: z.string().openapi({
      description: 'Status for people.',
      example: 'The MediaLive channel is starting; about 50 s left.',
    }),
  })
  .openapi('ManagedChannel', {
    description: 'The MediaLive channel that encodes the stream, or the last one that did.',
  });
