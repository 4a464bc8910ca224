import { beforeEach, describe, expect, test } from '@jest/globals';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import type { ManagedChannel } from '../../../lib/control-store/managed/managed-channel.ts';
import { costEstimate } from '../../../lib/cost/stream-cost.ts';
import { newBroadcastId, type StreamId } from '../../../lib/routing/ids.ts';
import { createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi({ config: { offeredEncoders: ['fleet', 'medialive'] } });
});

const read = async (id: string) => (await api.call('GET', `/v1/streams/${id}`)).body;

describe('choosing what encodes a stream', () => {
  test('it is the fleet unless another is chosen, with both manifests', async () => {
    const { id, encoder, encoders, playback, cost } = await api.create();
    expect(encoders).toEqual(['fleet', 'medialive']);
    expect([encoder, playback.manifests]).toEqual(['fleet', ['dash', 'hls']]);
    expect(cost).toEqual(costEstimate('fleet', defaultLadder));
    expect(await read(id)).toMatchObject({ encoder: 'fleet', cost });
  });

  test('MediaLive has HLS alone, and says what it costs before it is on the air', async () => {
    const { body } = await api.call('POST', '/v1/streams', { name: 'Premium', encoder: 'medialive' });
    expect(body).toMatchObject({
      encoder: 'medialive',
      state: 'idle',
      playback: { manifests: ['hls'] },
      cost: costEstimate('medialive', defaultLadder),
    });
    expect((await api.store.getStream(body.id))?.encoder).toBe('medialive');
  });

  test('a change is told in the journal, and leaves the addresses as they are', async () => {
    const { id, playback } = await api.create();
    const { status, body } = await api.call('PATCH', `/v1/streams/${id}`, { encoder: 'medialive' });
    expect([status, body.encoder, body.version]).toEqual([200, 'medialive', 2]);
    expect(body.playback).toEqual({ ...playback, manifests: ['hls'] });
    const { events } = (await api.call('GET', `/v1/streams/${id}/events`)).body;
    expect(events.at(0)).toMatchObject({ type: 'stream.changed', data: { encoder: 'medialive' } });
    await api.call('PATCH', `/v1/streams/${id}`, { name: 'B' });
    expect((await read(id)).encoder).toBe('medialive');
  });

  test('the estimate is of the ladder that is encoded', async () => {
    const ladder = { ...defaultLadder, rungs: defaultLadder.rungs.slice(2) };
    api = createTestApi({ config: { offeredEncoders: ['fleet', 'medialive'], ladder } });
    const { body } = await api.call('POST', '/v1/streams', { name: 'Small', encoder: 'medialive' });
    expect(body.cost).toEqual(costEstimate('medialive', ladder));
    expect(body.cost.perHourUsd).toBeLessThan(costEstimate('medialive', defaultLadder).perHourUsd);
  });

  test('without live origins a stream has standard latency, and costs none', async () => {
    api = createTestApi({ config: { liveOrigins: false } });
    const { latency, cost } = (await api.call('POST', '/v1/streams', { name: 'Far', latency: 'low' })).body;
    expect(latency).toBe('standard');
    expect(cost).toEqual(costEstimate('fleet', defaultLadder, { live: false }));
  });

  test('a list says what encodes each stream, without the estimates', async () => {
    await api.create();
    const [listed] = (await api.call('GET', '/v1/streams')).body.streams;
    expect(listed.encoder).toBe('fleet');
    expect(listed).not.toHaveProperty('cost');
    expect(listed).not.toHaveProperty('encoders');
  });

  test('what is not offered is refused in words, and changes nothing', async () => {
    api = createTestApi();
    const { id } = await api.create();
    for (const answer of [
      await api.call('POST', '/v1/streams', { name: 'Premium', encoder: 'medialive' }),
      await api.call('PATCH', `/v1/streams/${id}`, { encoder: 'medialive' }),
    ]) {
      expect(answer).toMatchObject({
        status: 409,
        body: {
          type: 'urn:problem-type:headwater:encoder-not-offered',
          detail: expect.stringContaining('offers fleet, not medialive'),
        },
      });
    }
    expect(await read(id)).toMatchObject({ encoder: 'fleet', version: 1 });
    expect((await api.call('GET', '/v1/streams')).body.streams).toHaveLength(1);
  });

  test.each(['FLEET', '', 'elemental', null, 1])('the encoder %j is refused', async (encoder) => {
    expect((await api.call('POST', '/v1/streams', { name: 'x', encoder })).status).toBe(400);
  });
});

describe('a managed channel', () => {
  const secret = 'rtmp://198.51.100.7:1935/headwater/a-name-that-nobody-knows';
  const run = (change: Partial<ManagedChannel>): ManagedChannel => ({
    broadcastId: newBroadcastId(1),
    epoch: 1,
    intent: 'wanted',
    state: 'starting',
    sinceMs: 1_790_000_000_000,
    askedAtMs: 1_790_000_000_000,
    fed: true,
    channelId: '1234567',
    endpoints: [secret],
    leaving: [],
    untold: [],
    ...change,
  });
  let id: StreamId;
  beforeEach(async () => {
    id = (await api.call('POST', '/v1/streams', { name: 'Premium', encoder: 'medialive' })).body.id;
  });
  async function put(change: Partial<ManagedChannel>, open = true): Promise<void> {
    const version = (await api.store.getDocument(id, 'channel'))?.version ?? 0;
    await api.store.putDocument({ streamId: id, kind: 'channel', open, version, body: run(change) });
  }

  test('is told in words, where one stream is read, without the addresses that feed it', async () => {
    await put({});
    const { managed } = await read(id);
    expect(managed).toEqual({
      broadcastId: expect.any(String),
      state: 'starting',
      since: '2026-09-21T14:13:20.000Z',
      channelId: '1234567',
      detail: expect.stringMatching(/^The MediaLive channel is starting, about .* left\.$/),
    });
    const [listed] = (await api.call('GET', '/v1/streams')).body.streams;
    expect(listed).not.toHaveProperty('managed');
    expect(JSON.stringify([managed, listed, api.log])).not.toContain('nobody-knows');
  });

  test('of the newest broadcast decides on the manifests, not the setting for the next', async () => {
    const { id: broadcastId } = await goOnAir(api, id, { encoder: 'medialive', state: 'ended' });
    await put({ broadcastId, state: 'gone' }, false);
    const { body } = await api.call('PATCH', `/v1/streams/${id}`, { encoder: 'fleet' });
    expect([body.encoder, body.playback.manifests, body.broadcast.encoder]).toEqual([
      'fleet',
      ['hls'],
      'medialive',
    ]);
  });

  test('that failed leaves the stream to the fleet, which makes both manifests', async () => {
    await goOnAir(api, id, { encoder: 'medialive', state: 'ended' });
    await goOnAir(api, id);
    const { encoder, playback, broadcast } = await read(id);
    expect([encoder, playback.manifests, broadcast.encoder]).toEqual(['medialive', ['dash', 'hls'], 'fleet']);
    const [listed] = (await api.call('GET', '/v1/streams')).body.streams;
    expect(listed.playback.manifests).toEqual(['dash', 'hls']);
  });

  test('that is not deleted yet holds up the deletion of its stream', async () => {
    await put({ state: 'stopping', intent: 'unwanted' });
    const refused = await api.call('DELETE', `/v1/streams/${id}`);
    expect([refused.status, refused.body.type]).toEqual([409, 'urn:problem-type:headwater:stream-on-air']);
    expect(refused.body.detail).toContain('MediaLive channel');
    await put({ state: 'gone' }, false);
    expect((await api.call('DELETE', `/v1/streams/${id}`)).status).toBe(202);
  });

  test('changes nothing of the settings’ version while it goes through its states', async () => {
    const { headers } = await api.call('GET', `/v1/streams/${id}`);
    const tag = headers.get('etag') ?? '';
    for (const state of ['creating-input', 'creating-channel', 'starting'] as const) await put({ state });
    expect((await api.call('GET', `/v1/streams/${id}`)).headers.get('etag')).toBe(tag);
    const renamed = await api.call('PATCH', `/v1/streams/${id}`, { name: 'B' }, { 'if-match': tag });
    expect(renamed.status).toBe(200);
  });
});
