import { z } from '@hono/zod-openapi';
import { time } from './schema-parts.ts';

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

export const ManagedChannel = z
  .strictObject({
    state: z.string().openapi({ example: 'starting' }),
    since: time.optional(),
    channelId: z.string().optional().openapi({ example: '1234567' }),
    detail: z.string().optional().openapi({ description: 'In words.' }),
  })
  .openapi('ManagedChannel', { description: 'The MediaLive channel that encodes the stream, or did last.' });
