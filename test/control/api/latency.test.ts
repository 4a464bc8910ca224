import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTestApi, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

const read = async (id: string) => (await api.call('GET', `/v1/streams/${id}`)).body;

describe('the latency of a stream', () => {
  test('is low unless another one is chosen', async () => {
    const { id, latency } = await api.create();
    expect(latency).toBe('low');
    expect(await read(id)).toMatchObject({ latency: 'low' });
    const { body } = await api.call('POST', '/v1/streams', { name: 'Concert', latency: 'standard' });
    expect(body.latency).toBe('standard');
    expect((await api.store.getStream(body.id))?.latency).toBe('standard');
  });

  test('is low for streams from before there was a choice', async () => {
    const { id } = await api.create();
    const { latency: _, ...old } = (await api.store.getStream(id))!;
    await api.store.updateStream(old);
    expect(await read(id)).toMatchObject({ latency: 'low' });
    expect((await api.call('GET', '/v1/streams')).body.streams).toMatchObject([{ latency: 'low' }]);
  });

  test('can be changed, which the journal tells, and stays when something else is', async () => {
    const { id } = await api.create();
    const { status, body } = await api.call('PATCH', `/v1/streams/${id}`, { latency: 'standard' });
    expect([status, body.latency, body.version]).toEqual([200, 'standard', 2]);
    const { events } = (await api.call('GET', `/v1/streams/${id}/events`)).body;
    expect(events.at(0)).toMatchObject({ type: 'stream.changed', data: { latency: 'standard' } });
    expect(events.at(0).text).toMatch(/whole segments/);
    await api.call('PATCH', `/v1/streams/${id}`, { name: 'B' });
    expect((await read(id)).latency).toBe('standard');
  });

  test('is one of two', async () => {
    const { id } = await api.create();
    expect((await api.call('PATCH', `/v1/streams/${id}`, { latency: 'ultra' })).status).toBe(400);
    expect((await read(id)).version).toBe(1);
  });
});
