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

  test('leads to the oldest in pages, each once, whatever begins and is deleted in between', async () => {
    const ids: string[] = [];
    const another = async () => {
      api.clock.wallTimeMs += 1;
      ids.push((await goOnAir(api, stream.id, { state: 'ended' })).id);
    };
    for (let count = 0; count < 5; count++) await another();
    const expected = ids.toReversed();
    const seen: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const path = `/v1/streams/${stream.id}/broadcasts?limit=2${cursor && `&cursor=${cursor}`}`;
      const { body }: { body: Body } = await api.call('GET', path);
      seen.push(...body.broadcasts.map(({ id }: Body) => id));
      cursor = body.cursor;
      if (cursor !== undefined) await api.store.deleteBroadcast(stream.id, cursor as never);
      await another();
    }
    expect(seen).toEqual(expected);
    const { status, body } = await api.call('GET', `/v1/streams/${stream.id}/broadcasts?cursor=x`);
    expect([status, body.errors[0].parameter]).toEqual([400, 'cursor']);
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

  test('each says where it plays, and a closed recording how long and how large it is', async () => {
    const facts = { state: 'ended', recordedMs: 61_000, recordedBytes: 9_000_000 } as const;
    const { id } = await goOnAir(api, stream.id, facts);
    const media = `http://127.0.0.1:8090/local/${stream.id}/${id}`;
    expect((await list())[0]).toMatchObject({
      durationMs: 61_000,
      sizeBytes: 9_000_000,
      playback: {
        dash: `${media}/manifest.mpd`,
        hls: `${media}/index.m3u8`,
        page: `http://127.0.0.1:8080/watch/${stream.id}?region=local&broadcast=${id}`,
      },
    });
  });

  test('there are none at first, and none of an unknown stream', async () => {
    expect(await list()).toEqual([]);
    expect((await api.call('GET', '/v1/streams/zzzzzzzzzzzzzzzz/broadcasts')).status).toBe(404);
  });
});

describe('deleting a recording', () => {
  const path = (streamId: string, id: string) => `/v1/streams/${streamId}/broadcasts/${id}`;
  const objects = (streamId: string, id: string) => `local/${streamId}/${id}/720p/1.m4s`;
  const kindOf = ({ status, body }: { status: number; body: Body }) => [status, body.type?.split(':').at(-1)];

  async function twoBroadcasts(api: TestApi) {
    const { id: streamId } = await api.create();
    const older = await goOnAir(api, streamId);
    await api.store.putBroadcast({ ...older, state: 'ended' });
    api.clock.wallTimeMs += 1;
    const newer = await goOnAir(api, streamId);
    for (const { id } of [older, newer]) api.edge.keys.add(objects(streamId, id));
    return { streamId, older, newer };
  }

  test('takes it and nothing else, though the stream is on air with another', async () => {
    const { streamId, older, newer } = await twoBroadcasts(api);
    const { status, body } = await api.call('DELETE', path(streamId, older.id));
    expect([status, body]).toMatchObject([202, { streamId, broadcastId: older.id, state: 'deleted' }]);
    expect([...api.edge.denied]).toEqual([`local/${streamId}/${older.id}`]);
    expect([...api.edge.keys]).toEqual([objects(streamId, newer.id)]);
    const { broadcasts } = (await api.call('GET', `/v1/streams/${streamId}/broadcasts`)).body;
    expect(broadcasts.map(({ id }: Body) => id)).toEqual([newer.id]);
    expect(kindOf(await api.call('DELETE', path(streamId, older.id)))).toEqual([404, 'broadcast-not-found']);
  });

  test('is refused while it is on air, and while the stream is taken down', async () => {
    const { streamId, older, newer } = await twoBroadcasts(api);
    expect(kindOf(await api.call('DELETE', path(streamId, newer.id)))).toEqual([409, 'stream-on-air']);
    await api.call('POST', `/v1/streams/${streamId}/takedown`, { reason: 'stolen footage' });
    expect(kindOf(await api.call('DELETE', path(streamId, older.id)))).toEqual([409, 'stream-taken-down']);
    expect(api.edge.keys.size).toBe(2);
  });

  test.each(['zzzzzzzzzzzzzzzz', 'index.m3u8', '1jm8p0v4c7h2kqv0'])(
    'does not find %j, and deletes nothing',
    async (id) => {
      const { streamId } = await twoBroadcasts(api);
      const { status } = await api.call('DELETE', path(streamId, id));
      expect(status).toBe(404);
      expect(api.edge.keys.size).toBe(2);
    },
  );
});
