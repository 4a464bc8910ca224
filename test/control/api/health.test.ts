import { beforeEach, describe, expect, test } from '@jest/globals';
import type { HealthNow, HealthSample } from '../../../lib/control-store/health/health-record.ts';
import { addSample } from '../../../lib/control-store/health/health-series.ts';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import { newBroadcastId } from '../../../lib/routing/ids.ts';
import { type Body, createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
let stream: Body;
let broadcast: BroadcastRecord;
beforeEach(async () => {
  api = createTestApi();
  stream = await api.create();
  broadcast = await goOnAir(api, stream.id);
});

const reasons = [
  { code: 'key-frames-rare', message: 'Key frames come every 10 s.', advice: 'Set it to 2 s.' },
];
const sample = (atMs: number): HealthSample => ({
  atMs,
  videoBps: 4_000_000,
  audioBps: 160_000,
  frameRate: 30,
  lostPictures: 2,
  gapMs: 41,
  keyFrameIntervalMs: 10_000,
});

/** As a worker writes it: `samples` in all, of which the series have the first `past`. */
async function measured(samples: number, past = 0, change: Partial<HealthNow> = {}): Promise<void> {
  const { store, clock } = api;
  const all = Array.from({ length: samples }, (_, step) => sample(clock.wallMs() + step * 5_000));
  const series = (count: number, kind: 'latest' | 'recent' | 'whole') =>
    all
      .slice(0, count)
      .reduce<ReturnType<typeof addSample> | undefined>(
        (some, one) => addSample(some, one, kind),
        undefined,
      )!;
  const about = { streamId: stream.id, open: false, version: 0 };
  const of = { broadcastId: broadcast.id, epoch: broadcast.epoch };
  const verdict = { verdict: 'fair', sinceMs: clock.wallMs(), reasons, told: 'fair' } as const;
  await store.putDocument({
    ...about,
    kind: 'health',
    body: { ...of, ...verdict, latest: series(samples, 'latest'), ...change },
  });
  if (past === 0) return;
  const throughMs = all[past - 1]!.atMs;
  const body = { ...of, throughMs, recent: series(past, 'recent'), whole: series(past, 'whole') };
  await store.putDocument({ ...about, kind: 'health-past', body });
}

const health = async (query = '') => (await api.call('GET', `/v1/streams/${stream.id}/health${query}`)).body;
const none = { verdict: 'none', reasons: [], series: { stepMs: 5_000, samples: [] } };

describe('the health of a stream', () => {
  test('that is received has a verdict, reasons with advice, what comes now and what came before', async () => {
    await measured(3);
    expect(await health()).toEqual({
      verdict: 'fair',
      since: '2026-09-21T14:13:20.000Z',
      reasons,
      current: {
        at: '2026-09-21T14:13:30.000Z',
        videoBps: 4_000_000,
        audioBps: 160_000,
        frameRate: 30,
        keyFrameIntervalMs: 10_000,
        lostPictures: 2,
        gapMs: 41,
      },
      series: { stepMs: 5_000, samples: expect.any(Array) },
    });
    expect((await health()).series.samples).toHaveLength(3);
  });

  test('has ten minutes in steps of 5 s, or the whole broadcast in fewer points than 240', async () => {
    await measured(700, 696);
    const [recent, whole] = [await health('?window=recent'), await health('?window=broadcast')];
    expect(recent.series.stepMs).toBe(5_000);
    expect(recent.series.samples).toHaveLength(120);
    expect(whole.series.stepMs).toBe(20_000);
    expect(whole.series.samples).toHaveLength(175);
    expect(recent.series.samples.at(-1).at).toBe(recent.current.at);
    const lost = whole.series.samples.reduce((sum: number, one: Body) => sum + one.lostPictures, 0);
    expect(lost).toBe(1_400);
  });

  test('is none before a worker has measured anything, and for a stream that was never on air', async () => {
    expect(await health()).toEqual(none);
    const other = await api.create('never');
    expect((await api.call('GET', `/v1/streams/${other.id}/health`)).body).toEqual(none);
  });

  test('is none without a broadcaster, with the time since when; the series stays', async () => {
    await measured(20, 12, { verdict: 'none', reasons: [] });
    const { current, ...rest } = await health();
    expect(current).toBeUndefined();
    expect(rest).toMatchObject({ verdict: 'none', since: '2026-09-21T14:13:20.000Z', reasons: [] });
    expect(rest.series.samples).toHaveLength(20);
  });

  test('is not the last word of a worker that died, nor of a broadcast that has ended', async () => {
    await measured(5);
    await health();
    api.clock.upMs += 7_000;
    const dead = await health();
    expect(dead).toMatchObject({ verdict: 'none', reasons: [] });
    expect(dead.current).toBeUndefined();
    await api.store.putBroadcast({
      ...broadcast,
      state: 'ended',
      endedAtMs: 1,
      endReason: 'publisher-ended',
    });
    expect(await health()).toMatchObject({ verdict: 'none', series: { samples: { length: 5 } } });
  });

  test('is none of the broadcast before', async () => {
    await measured(20, 12);
    await api.store.putBroadcast({ ...broadcast, id: newBroadcastId(api.clock.wallMs() + 1_000), epoch: 9 });
    expect(await health()).toEqual(none);
  });

  test('is asked for a window that there is, and a stream that there is', async () => {
    expect((await api.call('GET', `/v1/streams/${stream.id}/health?window=year`)).status).toBe(400);
    expect((await api.call('GET', '/v1/streams/0000000000000000/health')).status).toBe(404);
  });
});
