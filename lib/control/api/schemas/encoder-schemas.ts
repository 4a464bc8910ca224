import { z } from '@hono/zod-openapi';
import { channelStates } from '../../../control-store/channel-states.ts';
import { broadcastId, time } from './schema-parts.ts';

export const EncoderTier = z.enum(['fleet', 'medialive']).openapi('EncoderTier', {
  description:
    'fleet: our own workers. medialive: an AWS MediaLive channel for each broadcast; it has HLS only.',
});

const usd = z.number().min(0).openapi({ description: 'US dollars an hour.', example: 0.4 });

export const CostEstimate = z
  .strictObject({
    encoder: EncoderTier,
    perHourUsd: usd,
    parts: z.array(z.strictObject({ what: z.string(), perHourUsd: usd })),
    note: z
      .string()
      .openapi({ description: 'Of when and of which region the prices are, and what is not in them.' }),
  })
  .openapi('CostEstimate', { description: 'What an hour on the air costs on AWS, about.' });

export const Managed = z
  .strictObject({
    broadcastId: broadcastId.openapi({ description: 'The broadcast that it is for.' }),
    state: z.enum(channelStates).openapi({ example: 'starting' }),
    since: time,
    channelId: z.string().optional().openapi({ example: '1234567' }),
    detail: z.string().openapi({
      description: 'In words.',
      example: 'The MediaLive channel is starting, about 50 s to go.',
    }),
  })
  .openapi('ManagedChannel', { description: 'The MediaLive channel that encodes the stream, or did last.' });
