import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Body, createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
let stream: Body;
beforeEach(async () => {
  api = createTestApi();
  stream = await api.create();
});

describe('ending a broadcast', () => {
  const end = () => api.call('POST', `/v1/streams/${stream.id}/end`);

  test('asks the worker through its lease and tells so once, however often it is asked', async () => {
    const record = await goOnAir(api, stream.id);
    for (let i = 0; i < 2; i++) {
      expect(await end()).toMatchObject({ status: 202, body: { broadcastId: record.id } });
    }
    expect((await api.store.getLease(stream.id))?.endRequested).toBe(true);
    const { events } = (await api.call('GET', `/v1/streams/${stream.id}/events`)).body;
    expect(events.filter(({ type }: Body) => type === 'stream.end-requested')).toHaveLength(1);
  });

  test('works while the first picture is awaited and while the broadcaster is gone', async () => {
    await goOnAir(api, stream.id, { state: 'reconnecting' });
    expect((await end()).status).toBe(202);
    const other = await api.create();
    await goOnAir(api, other.id, { state: 'starting' });
    expect((await api.call('POST', `/v1/streams/${other.id}/end`)).status).toBe(202);
  });

  test('is refused where nothing is on the air', async () => {
    expect(await end()).toMatchObject({ status: 409, body: { title: 'The stream is not on air' } });
    await goOnAir(api, stream.id, { state: 'ended' });
    expect((await end()).status).toBe(409);
  });

  test('is refused where the worker has let go of the stream', async () => {
    await goOnAir(api, stream.id);
    await api.store.releaseLease({ streamId: stream.id, workerId: 'encoder-1' as never, epoch: 1 });
    expect((await end()).status).toBe(409);
  });

  test('of an unknown stream is not found', async () => {
    expect((await api.call('POST', '/v1/streams/zzzzzzzzzzzzzzzz/end')).status).toBe(404);
  });
});

describe('listing broadcasts', () => {
  const list = async (query = '') =>
    (await api.call('GET', `/v1/streams/${stream.id}/broadcasts${query}`)).body.broadcasts;

  test('newest first; one that a dead worker left open is over once there is a newer one', async () => {
    const first = await goOnAir(api, stream.id);
    api.clock.wallTimeMs += 10_000;
    const second = await goOnAir(api, stream.id);
    expect((await list()).map(({ id, state }: Body) => [id, state])).toEqual([
      [second.id, 'live'],
      [first.id, 'ended'],
    ]);
    expect(await list('?limit=1')).toHaveLength(1);
  });

  test('an ended one says when and why', async () => {
    await goOnAir(api, stream.id, {
      state: 'ended',
      endedAtMs: api.clock.wallMs() + 3_000,
      endReason: 'publisher-ended',
    });
    expect((await list())[0]).toMatchObject({
      state: 'ended',
      startedAt: '2026-09-21T14:13:20.000Z',
      endedAt: '2026-09-21T14:13:23.000Z',
      endReason: 'publisher-ended',
    });
  });

  test('there are none at first, and none of an unknown stream', async () => {
    expect(await list()).toEqual([]);
    expect((await api.call('GET', '/v1/streams/zzzzzzzzzzzzzzzz/broadcasts')).status).toBe(404);
  });
});
