import { beforeEach, expect, test } from '@jest/globals';
import { recordAudience } from '../../../lib/audience/record-audience.ts';
import { newBroadcastId } from '../../../lib/routing/ids.ts';
import { createTestApi, type TestApi } from '../api/harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});
const audienceOf = (id: string) => api.call('GET', `/v1/streams/${id}/audience`);

test('a stream that nobody watched has no audience', async () => {
  const { id } = await api.create();
  expect(await audienceOf(id)).toMatchObject({
    status: 200,
    body: { viewers: 0, peak: 0, plays: 0, watchTimeMs: 0, series: { samples: [] } },
  });
});

test('what was counted is shown, and nobody watches when counting has stopped', async () => {
  const { id } = await api.create();
  const broadcastId = newBroadcastId(api.clock.wallMs());
  const startups = Array<number>(20).fill(0);
  startups[14] = 9;
  startups[19] = 1;
  const take = { streamPath: `local/${id}`, broadcastId, viewers: 12, peak: 13, plays: 20 };
  const sums = { watchMs: 120_000, toldMs: 100_000, stalledMs: 1_500, startups };
  await recordAudience(
    { storeOf: () => api.store, emit: () => {} },
    [{ ...take, ...sums }],
    api.clock.wallMs(),
  );
  const { body } = await audienceOf(id);
  expect(body).toMatchObject({
    broadcastId,
    viewers: 12,
    peak: 13,
    plays: 20,
    watchTimeMs: 120_000,
    rebufferRatio: 0.015,
    series: { stepMs: 10_000, samples: [{ viewers: 13 }] },
  });
  expect(body.startupMs.p50).toBeLessThan(body.startupMs.p95);
  api.clock.wallTimeMs += 60_000;
  expect((await audienceOf(id)).body).toMatchObject({ viewers: 0, peak: 13 });
});

test('a stream that does not exist has none', async () => {
  expect((await audienceOf('7h2kqv0m4x9rt3bz')).status).toBe(404);
});

test('each broadcast in the list says how it was watched, also after the next one', async () => {
  const { id } = await api.create();
  const ids = [0, 1, 2].map((hours) => newBroadcastId(api.clock.wallMs() + hours * 3_600_000));
  for (const broadcastId of ids) {
    await api.store.putBroadcast({
      id: broadcastId,
      streamId: id,
      state: 'ended',
      startedAtMs: api.clock.wallMs(),
      endedAtMs: api.clock.wallMs(),
      workerId: 'encoder-1',
      epoch: 1,
      renditions: [],
    } as never);
  }
  for (const [at, broadcastId] of ids.slice(0, 2).entries()) {
    const take = { streamPath: `local/${id}`, broadcastId, viewers: 1, peak: 10 + at, plays: 20 };
    const sums = { watchMs: 120_000, toldMs: 100_000, stalledMs: 1_500, startups: [] };
    await recordAudience({ storeOf: () => api.store, emit: () => {} }, [{ ...take, ...sums }], 1);
  }
  const { body } = await api.call('GET', `/v1/streams/${id}/broadcasts`);
  const told = { plays: 20, watchTimeMs: 120_000, rebufferRatio: 0.015 };
  expect(body.broadcasts.map(({ audience }: { audience?: object }) => audience)).toEqual([
    undefined,
    { peak: 11, ...told },
    { peak: 10, ...told },
  ]);
});
