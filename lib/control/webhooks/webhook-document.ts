import { z } from '@hono/zod-openapi';
import { type BusEventType, busEventSource, busEventTypes } from '../../control-store/bus-events.ts';
import { type StreamEventData, streamEvent } from '../../control-store/stream-events.ts';
import type { BroadcastId, StreamId } from '../../routing/ids.ts';
import type { ControlApi } from '../api/context.ts';
import { examples } from '../api/schemas/examples.ts';
import { broadcastId, streamId, time } from '../api/schemas/schema-parts.ts';
import type { Field } from './event-fields.ts';
import { type DescribedEvent, eventTable } from './event-table.ts';

const atMs = Date.parse(examples.stream.broadcast.startedAt);
const about = {
  streamId: examples.stream.id as StreamId,
  broadcastId: examples.stream.broadcast.id as BroadcastId,
  atMs,
};
const sequence = 42;

/** `stream.taken_down` → `StreamTakenDown`, for schemas and operations. */
const nameOf = (type: BusEventType): string =>
  type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
  example,
});
const signature = [
  header('webhook-id', 'The same for each try of an event.', 'msg_5sT0zq8WcA1nq1QnVb1J0p3Xy7c'),
  header('webhook-timestamp', 'When this try was sent, as Unix time in seconds.', String(atMs / 1_000)),
  header(
    'webhook-signature',
    'By each valid secret: v1 and the signature, separated by spaces.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
];

/** The detail of one type of event, which a webhook calls data. */
function detailOf<Type extends BusEventType>(type: Type, { ofStream, fields }: DescribedEvent<Type>) {
  const described = Object.entries<Field<unknown>>(fields);
  const data = Object.fromEntries(described.map(([name, { example }]) => [name, example]));
  const of: Parameters<typeof streamEvent>[2] = ofStream ? { streamId: about.streamId, atMs } : about;
  const { text, ...event } = streamEvent(type, data as StreamEventData<Type>, of);
  const example = {
    streamId: event.streamId,
    ...(event.broadcastId !== undefined && { broadcastId: event.broadcastId }),
    sequence,
    atMs,
    text,
    data: event.data,
  };
  const schema = z
    .strictObject({
      streamId,
      ...(!ofStream && {
        broadcastId: broadcastId
          .optional()
          .openapi({ description: 'The broadcast that it happened to, if it happened to one.' }),
      }),
      sequence: z.number().int().optional().openapi({
        description: 'Of the event in the stream’s journal. An event that comes twice has the same.',
        example: sequence,
      }),
      atMs: z
        .number()
        .int()
        .openapi({ description: 'When it happened, as Unix time in milliseconds.', example: atMs }),
      text: z.string().openapi({ description: 'What happened, for people.', example: text }),
      data: z
        .strictObject(Object.fromEntries(described.map(([name, { schema }]) => [name, schema])))
        .openapi({ description: 'The same for programs. Units are in the names.', example: event.data }),
    })
    .openapi(`${nameOf(type)}Event`, { description: `${eventTable[type].summary}.`, example });
  return { schema, example };
}

type Detail = ReturnType<typeof detailOf>;

/** What is posted to a webhook. */
function noticeOf(type: BusEventType, detail: Detail) {
  const example = {
    type,
    timestamp: new Date(atMs).toISOString(),
    source: busEventSource,
    data: detail.example,
  };
  const schema = z.strictObject({
    type: z.literal(type).openapi({ description: 'What happened.', example: type }),
    timestamp: time('When it happened.', example.timestamp),
    source: z
      .literal(busEventSource)
      .openapi({ description: 'The same for all events of the platform.', example: busEventSource }),
    data: detail.schema,
  });
  return { schema, example };
}

/** What EventBridge passes to the targets of rules; `detail-type`, `source` and `detail` are ours. */
function busNoticeOf(type: BusEventType, detail: Detail) {
  const text = (description: string, example: string) => z.string().openapi({ description, example });
  const example = {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': type,
    source: busEventSource,
    account: '123456789012',
    time: new Date(atMs).toISOString().replace('.000Z', 'Z'),
    region: 'eu-central-1',
    resources: [],
    detail: detail.example,
  };
  const schema = z.strictObject({
    version: text('Of EventBridge’s envelope.', example.version),
    id: text('EventBridge’s own. An event that comes twice may have two.', example.id),
    'detail-type': z
      .literal(type)
      .openapi({ description: 'What happened: match it in a rule.', example: type }),
    source: z.literal(busEventSource).openapi({
      description: 'The same for all events of the platform: match it in a rule.',
      example: busEventSource,
    }),
    account: text('AWS account of the region.', example.account),
    time: time('When it happened, to the second.', example.time),
    region: text('AWS region of the stream.', example.region),
    resources: z.array(z.string()).openapi({ description: 'Always empty.', example: [] }),
    detail: detail.schema,
  });
  return { schema, example };
}

type Webhook = Parameters<ControlApi['openAPIRegistry']['registerWebhook']>[0];

let made: readonly Webhook[] | undefined;

/** Adds what the platform sends to the document: each event of a stream, as a webhook and as EventBridge gets it. */
export function addWebhooks(app: ControlApi): void {
  // Once for all apps: the library never forgets a schema, and these are most of what an app costs.
  made ??= busEventTypes.flatMap(webhooksOf);
  for (const webhook of made) app.openAPIRegistry.registerWebhook(webhook);
}

function webhooksOf(type: BusEventType): readonly [Webhook, Webhook] {
  const detail = detailOf(type, eventTable[type] as DescribedEvent<typeof type>);
  const { summary } = eventTable[type];
  const sent = { method: 'post', summary } as const;
  const body = (content: { schema: z.ZodType; example: object }) => ({
    body: { required: true, content: { 'application/json': content } },
  });
  return [
    {
      ...sent,
      path: type,
      operationId: `on${nameOf(type)}`,
      description: `\`${type}\`, sent to the URL of \`npm run live -- --webhook\` and signed according to [Standard Webhooks](https://www.standardwebhooks.com), until it is answered with a status of 2xx: in order for each stream, at least once.`,
      tags: ['Webhooks'],
      parameters: signature,
      request: body(noticeOf(type, detail)),
      responses: { '2XX': { description: 'Taken. Anything else, and the event is sent again for a while.' } },
    },
    {
      ...sent,
      path: `EventBridge ${type}`,
      operationId: `on${nameOf(type)}OfEventBridge`,
      description: `On AWS, on the event bus \`<name>-events\` of the stream’s region. The pattern of a rule for it: \`${JSON.stringify({ source: [busEventSource], 'detail-type': [type] })}\`. At least once, and not always in order: \`sequence\` says which came first.`,
      tags: ['EventBridge'],
      request: body(busNoticeOf(type, detail)),
      responses: { '2XX': { description: 'The rule’s target has taken it.' } },
    },
  ];
}
