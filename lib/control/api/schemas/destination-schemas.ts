import { z } from '@hono/zod-openapi';
import { mostDestinations } from '../../policy/stream-destinations.ts';
import { examples } from './examples.ts';
import { nameAField, namesAField, oneLine, time, url } from './schema-parts.ts';

const name = oneLine(60, 'What the destination is called in lists and events.', 'Second site');
const enabled = z
  .boolean()
  .openapi({ description: 'If false, nothing is sent to it; its settings are kept.', example: true });

export const NewDestination = z
  .strictObject({
    name,
    url: z.string().min(1).max(500).openapi({
      description:
        'URL of an RTMP server on the public internet (rtmp:// or rtmps://), with the app but without the key. Responses include it, so put secrets in the key.',
      example: 'rtmps://live.example.com/app',
    }),
    key: z
      .string()
      .min(1)
      .max(500)
      .refine((text) => !/[\s\p{Cc}\p{Cf}]/u.test(text), 'Spaces and control characters are not allowed.')
      .openapi({
        description: 'Stream key at the destination. Stored encrypted and never shown again.',
        example: 'k-0123456789',
      }),
  })
  .openapi('NewDestination', {
    description: 'An RTMP server to send the stream to.',
    example: examples.newDestination,
  });

export const DestinationChange = z
  .strictObject({ name: name.optional(), enabled: enabled.optional() })
  .refine(namesAField, nameAField)
  .openapi('DestinationChange', {
    description: 'What to change; at least one field.',
    example: examples.destinationChange,
  });

export const Destination = z
  .strictObject({
    id: z.string().openapi({ description: 'ID of the destination within its stream.', example: 'q8w2z5cv' }),
    name,
    url: url('Where the stream is sent, without the key.', 'rtmps://live.example.com/app'),
    enabled,
    createdAt: time('When it was added.', '2026-11-22T17:50:00.000Z'),
    state: z.enum(['connecting', 'live', 'waiting', 'refused', 'ended']).optional().openapi({
      description:
        'State of the last push; omitted before the first push and in stream lists. waiting: it failed and will be retried after a pause. refused: it is not retried until its settings change.',
      example: 'waiting',
    }),
    since: time('When the push got into this state.', '2026-11-22T18:20:00.000Z').optional(),
    detail: z
      .string()
      .optional()
      .openapi({ description: 'Reason for the state, for people.', example: 'the server does not respond' }),
  })
  .openapi('Destination', {
    description: 'Another RTMP server that receives what the broadcaster sends.',
    example: examples.destination,
  });

export const DestinationList = z
  .strictObject({
    destinations: z.array(Destination).max(mostDestinations).openapi({
      description: 'Newest first.',
      example: examples.destinationList.destinations,
    }),
  })
  .openapi('DestinationList', {
    description: 'The destinations of a stream.',
    example: examples.destinationList,
  });
