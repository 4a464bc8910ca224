import { z } from '@hono/zod-openapi';
import { mostDestinations } from '../../policy/stream-destinations.ts';
import { nameAField, namesAField, oneLine, time, url } from './schema-parts.ts';

const name = oneLine(60, 'Second site');
const enabled = z
  .boolean()
  .openapi({ description: 'False: it gets nothing, and its settings stay.', example: true });

export const NewDestination = z
  .strictObject({
    name,
    url: z.string().min(1).max(500).openapi({
      description:
        'Of an RTMP server on the public internet, with its app and without the key: rtmp:// or rtmps://. It is shown in answers, so a secret belongs into the key.',
      example: 'rtmps://live.example.com/app',
    }),
    key: z
      .string()
      .min(1)
      .max(500)
      .refine((text) => !/[\s\p{Cc}]/u.test(text), 'Spaces and control characters are not allowed.')
      .openapi({
        description: 'The stream key there. It is kept encrypted and never shown again.',
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
        'Of the last push; left out before the first, and where streams are listed. waiting: it failed and is tried again after a pause. refused: it is not tried again until its settings change.',
    }),
    since: time.optional(),
    detail: z.string().optional().openapi({ description: 'In words.', example: 'it does not answer' }),
  })
  .openapi('Destination', { description: 'Another RTMP server that gets what the broadcaster sends.' });

export const DestinationList = z
  .strictObject({ destinations: z.array(Destination).max(mostDestinations) })
  .openapi('DestinationList');
