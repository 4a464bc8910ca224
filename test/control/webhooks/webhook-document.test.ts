import { beforeAll, describe, expect, test } from '@jest/globals';
import { webhookHeaders } from '../../../lib/adapters/local/webhook-signature.ts';
import { busEvent, busEventTypes } from '../../../lib/control-store/bus-events.ts';
import { type StreamEventType, streamEvent } from '../../../lib/control-store/stream-events.ts';
import { type Body, createTestApi } from '../api/harness.ts';

let document: Body;
beforeAll(async () => {
  document = (await createTestApi().call('GET', '/v1/openapi.json')).body;
});

const bodyOf = (name: string): Body => document.webhooks[name].post.requestBody.content['application/json'];
const detailSchemaOf = ({ $ref }: Body): Body => document.components.schemas[$ref.split('/').at(-1)];

/** The event that an example's detail tells of, made as the platform makes it. */
function eventOf(type: string, { streamId, broadcastId, sequence, atMs, data }: Body) {
  const record = streamEvent(type as StreamEventType, data as never, { streamId, broadcastId, atMs });
  return busEvent({ ...record, sequence });
}

describe('what the document says that the platform sends', () => {
  test('is each event that other systems get, as a webhook and on EventBridge, and nothing else', () => {
    const told = busEventTypes.flatMap((type) => [type, `EventBridge ${type}`]);
    expect(Object.keys(document.webhooks).sort()).toEqual(told.sort());
    const names = Object.values<Body>(document.webhooks).map(({ post }) => post.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(busEventTypes)('shows %s as a webhook gets it, with the headers of its signature', (type) => {
    const { parameters } = document.webhooks[type].post;
    const headers = Object.keys(webhookHeaders({ id: '', sentAtMs: 0, body: '' }, []));
    expect(parameters.map(({ name }: Body) => name)).toEqual(headers);
    const { example, schema } = bodyOf(type);
    const event = eventOf(type, example.data);
    const timestamp = new Date(example.data.atMs).toISOString();
    expect(example).toEqual({ type, timestamp, source: event?.source, data: event?.detail });
    expect(schema.properties.type.enum ?? [schema.properties.type.const]).toEqual([type]);
    expect(schema.required.sort()).toEqual(Object.keys(example).sort());
  });

  test.each(busEventTypes)('shows %s as EventBridge gets it, with the same detail', (type) => {
    const { example, schema } = bodyOf(`EventBridge ${type}`);
    const event = eventOf(type, example.detail);
    const { source, detailType, detail } = event ?? {};
    expect(example).toMatchObject({ source, 'detail-type': detailType, detail });
    expect(schema.properties.detail).toEqual(bodyOf(type).schema.properties.data);
    expect(document.webhooks[`EventBridge ${type}`].post.description).toContain(
      JSON.stringify({ source: [source], 'detail-type': [type] }),
    );
  });

  test.each(busEventTypes)('describes each value of the data of %s', (type) => {
    const { example, schema } = bodyOf(type);
    const { data } = detailSchemaOf(schema.properties.data).properties;
    expect(Object.keys(data.properties)).toEqual(Object.keys(example.data.data));
  });
});
