import { beforeEach, describe, expect, test } from '@jest/globals';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import { costEstimate } from '../../../lib/control/policy/managed-cost.ts';
import { createTestApi, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi({ config: { offeredEncoders: ['fleet', 'medialive'] } });
});

const read = async (id: string) => (await api.call('GET', `/v1/streams/${id}`)).body;

describe('choosing what encodes a stream', () => {
  test('it is the fleet unless another is chosen, with both manifests', async () => {
    const { id, encoder, playback, cost } = await api.create();
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

  test('a change is told in the story, and leaves the addresses as they are', async () => {
    const { id, playback } = await api.create();
    const { status, body } = await api.call('PATCH', `/v1/streams/${id}`, { encoder: 'medialive' });
    expect([status, body.encoder, body.version]).toEqual([200, 'medialive', 2]);
    expect(body.playback).toEqual({ ...playback, manifests: ['hls'] });
    const { events } = (await api.call('GET', `/v1/streams/${id}/events`)).body;
    expect(events.at(-1)).toMatchObject({ type: 'stream.changed', data: { encoder: 'medialive' } });
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

  test('a list says what encodes each stream, without the estimates', async () => {
    await api.create();
    const [listed] = (await api.call('GET', '/v1/streams')).body.streams;
    expect(listed.encoder).toBe('fleet');
    expect(listed).not.toHaveProperty('cost');
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
          detail: expect.stringContaining('offers fleet, and not medialive'),
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
