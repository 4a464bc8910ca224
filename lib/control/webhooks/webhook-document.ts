import { z } from '@hono/zod-openapi';
import { busEventSource, busEventTypes } from '../../control-store/bus-events.ts';
import type { ControlApi } from '../api/context.ts';
import { broadcastId, streamId, time } from '../api/schemas/schema-parts.ts';

const detail = z.strictObject({
  streamId,
  broadcastId: broadcastId.optional(),
  sequence: z.number().int().optional().openapi({
    description: 'Of the event in the stream’s journal. An event that comes twice has the same.',
    example: 42,
  }),
  atMs: z
    .number()
    .int()
    .openapi({ description: 'When it happened, as Unix time in ms.', example: 1_795_370_400_000 }),
  text: z.string().openapi({ description: 'What happened, in words.', example: 'On the air.' }),
  data: z.record(z.string(), z.unknown()).openapi({
    description: 'More about it, by type.',
    example: { epoch: 3 },
  }),
});

const StreamNotice = z
  .strictObject({
    type: z.enum(busEventTypes as [string, ...string[]]).openapi({ example: 'stream.live' }),
    timestamp: time,
    source: z.literal(busEventSource),
    data: detail,
  })
  .openapi('StreamNotice', {
    description:
      'A stream event as other systems get it. On EventBridge `type` is the detail-type and `data` the detail, with the same source.',
  });

const example = {
  type: 'stream.live',
  timestamp: '2026-11-22T18:00:00.000Z',
  source: busEventSource,
  data: {
    streamId: '7h2kqv0m4x9rt3bz',
    broadcastId: '1jm8p0v4c7h2kqv0',
    sequence: 42,
    atMs: 1_795_370_400_000,
    text: 'On the air.',
    data: { epoch: 3 },
  },
};

const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
});

/** Adds what the platform sends to the document: stream events, to a webhook or an event bus. */
export function addWebhooks(app: ControlApi): void {
  app.openAPIRegistry.registerWebhook({
    method: 'post',
    path: 'streamEvent',
    operationId: 'onStreamEvent',
    summary: 'A stream event',
    description:
      'Sent to the URL of `npm run live -- --webhook`, signed according to Standard Webhooks, until it is answered with a status of 2xx. On AWS the same events go to EventBridge.',
    tags: ['Events'],
    parameters: [
      header('webhook-id', 'The same for each try of an event.'),
      header('webhook-timestamp', 'When this try was sent, as Unix time in s.'),
      header('webhook-signature', 'By each valid secret: v1 and the signature, separated by spaces.'),
    ],
    request: { body: { required: true, content: { 'application/json': { schema: StreamNotice, example } } } },
    responses: { '2XX': { description: 'Taken. Anything else, and the event is sent again for a while.' } },
  });
}
