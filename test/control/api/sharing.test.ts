import { beforeEach, describe, expect, test } from '@jest/globals';
import { newBroadcastId } from '../../../lib/routing/ids.ts';
import { createTestApi, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

const read = async (id: string) => (await api.call('GET', `/v1/streams/${id}`)).body;
const card = (id: string) => api.call('GET', `/v1/streams/${id}/card`);
const embed = (id: string, embedding: unknown) => api.call('PATCH', `/v1/streams/${id}`, { embedding });

describe('which sites may show the player', () => {
  test('are all of them, also for streams from before there was a choice', async () => {
    const { id, embedding } = await api.create();
    expect(embedding).toBe('anywhere');
    const { embedding: _, ...old } = (await api.store.getStream(id))!;
    await api.store.updateStream(old);
    expect((await read(id)).embedding).toBe('anywhere');
    expect((await card(id)).body.embedding).toBe('anywhere');
  });

  test('can be chosen, which the journal tells, and stay when something else changes', async () => {
    const { id } = await api.create();
    const sites = ['https://a.example', 'https://*.b.example'];
    expect((await embed(id, sites)).body.embedding).toEqual(sites);
    const { events } = (await api.call('GET', `/v1/streams/${id}/events`)).body;
    expect(events.at(0)).toMatchObject({ type: 'stream.changed', data: { embedding: sites.join() } });
    expect(events.at(0).text).toMatch(/https:\/\/a\.example, https:\/\/\*\.b\.example/);
    await api.call('PATCH', `/v1/streams/${id}`, { name: 'B' });
    expect((await read(id)).embedding).toEqual(sites);
    expect((await embed(id, 'nowhere')).body.embedding).toBe('nowhere');
    const { body } = await api.call('POST', '/v1/streams', { name: 'C', embedding: sites });
    expect(body.embedding).toEqual(sites);
  });

  test.each([
    ['everywhere'],
    [[]],
    [['a.example']],
    [['https://a.example/path']],
    [["https://a.example; script-src 'unsafe-inline'"]],
    [Array.from({ length: 21 }, (_, index) => `https://${index}.example`)],
  ])('%j is refused', async (embedding) => {
    const { id } = await api.create();
    expect((await embed(id, embedding)).status).toBe(400);
    expect((await read(id)).version).toBe(1);
  });
});

describe('the card of a stream', () => {
  test('says name and embedding to everybody, and shows a picture once there is one', async () => {
    const { id } = await api.create('Concert');
    expect((await card(id)).body).toEqual({ id, access: 'public', embedding: 'anywhere', name: 'Concert' });
    await api.store.putBroadcast({
      id: newBroadcastId(api.clock.wallMs()),
      streamId: id,
      state: 'live',
      startedAtMs: api.clock.wallMs(),
      workerId: 'encoder-1' as never,
      epoch: 1,
      renditions: [{ id: '720p', codecs: 'avc1.64001f', bandwidthBps: 3e6, width: 1280, height: 720 }],
    });
    expect((await card(id)).body.poster).toBe(`http://127.0.0.1:8090/local/${id}/poster.jpg`);
  });

  test('of a signed stream says nothing but who may frame it', async () => {
    const { id } = await api.create('Board meeting');
    await api.call('PATCH', `/v1/streams/${id}`, { playback: 'signed' });
    expect((await card(id)).body).toEqual({ id, access: 'signed', embedding: 'anywhere' });
  });

  test('of one that was taken down says no name', async () => {
    const { id } = await api.create('Bad');
    await api.call('POST', `/v1/streams/${id}/takedown`, { reason: 'Rights' });
    expect((await card(id)).body).toEqual({ id, access: 'public', embedding: 'anywhere' });
  });

  test('needs no token, and there is none of a stream that doesn’t exist', async () => {
    const closed = createTestApi({ callerOf: () => undefined });
    expect((await closed.call('GET', '/v1/streams/7h2kqv0m4x9rt3bz')).status).toBe(401);
    expect((await closed.call('GET', '/v1/streams/7h2kqv0m4x9rt3bz/card')).status).toBe(404);
  });
});
