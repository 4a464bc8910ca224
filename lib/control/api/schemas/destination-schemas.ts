import { z } from '@hono/zod-openapi';
import { mostDestinations } from '../../policy/stream-destinations.ts';
import { nameAField, namesAField, oneLine, time, url } from './schema-parts.ts';

const name = oneLine(60, 'Second site');
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
  .openapi('NewDestination');

export const DestinationChange = z
  .strictObject({ name: name.optional(), enabled: enabled.optional() })
  .refine(namesAField, nameAField)
  .openapi('DestinationChange');

export const Destination = z
  .strictObject({
    id: z.string().openapi({ example: 'q8w2z5cv' }),
    name,
    url: url('rtmps://live.example.com/app'),
    enabled,
    createdAt: time,
    state: z.enum(['connecting', 'live', 'waiting', 'refused', 'ended']).optional().openapi({
      description:
        'State of the last push; omitted before the first push and in stream lists. waiting: it failed and will be retried after a pause. refused: it is not retried until its settings change.',
    }),
    since: time.optional(),
    detail: z
      .string()
      .optional()
      .openapi({ description: 'Reason for the state, for people.', example: 'the server does not respond' }),
  })
  .openapi('Destination', { description: 'Another RTMP server that receives what the broadcaster sends.' });

export const DestinationList = z
  .strictObject({ destinations: z.array(Destination).max(mostDestinations) })
  .openapi('DestinationList');
