import { beforeEach, describe, expect, test } from '@jest/globals';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import { type Body, createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
let stream: Body;
let record: BroadcastRecord;
beforeEach(async () => {
  api = createTestApi();
  stream = await api.create('Sunday concert');
  record = await goOnAir(api, stream.id, { state: 'ended' });
});

const path = (of: { id: string } = record) => `/v1/streams/${stream.id}/broadcasts/${of.id}/downloads`;
const ask = (body?: object, of?: { id: string }) => api.call('POST', path(of), body);

describe('asking for an MP4 file', () => {
  test('is accepted, and its state is at the address that the answer names', async () => {
    const asked = await ask({ startMs: 1_000, endMs: 2_500 });
    expect(asked).toMatchObject({
      status: 202,
      body: { broadcastId: record.id, startMs: 1_000, endMs: 2_500, state: 'queued', progress: 0 },
    });
    const location = asked.headers.get('location') ?? '';
    expect(location).toBe(`${path()}/${asked.body.id}`);
    expect(asked.body.fileName).toBe('Sunday concert 2026-09-21 0.00.01–0.00.02.mp4');
    expect((await api.call('GET', location)).body).toEqual(asked.body);
    await api.downloads.change(stream.id, asked.body.id, (each) => ({
      ...each,
      state: 'ready',
      sizeBytes: 10,
      durationMs: 1_500,
      expiresAtMs: api.clock.wallMs() + 1_000,
    }));
    expect((await api.call('GET', location)).body).toMatchObject({
      state: 'ready',
      progress: 1,
      url: `http://127.0.0.1:8090/local/${stream.id}/${record.id}/download-${asked.body.id}.mp4`,
      expiresAt: '2026-09-21T14:13:21.000Z',
    });
  });

  test('without a body is for the whole recording, and repeating it gives the same one', async () => {
    const first = await ask();
    expect(first.body).not.toHaveProperty('startMs');
    expect((await ask({})).body.id).toBe(first.body.id);
    const { downloads } = (await api.call('GET', path())).body;
    expect(downloads.map(({ id }: Body) => id)).toEqual([first.body.id]);
  });

  test.each([
    [{ startMs: 2_000, endMs: 1_000 }, '#/endMs'],
    [{ startMs: -1 }, '#/startMs'],
    [{ endMs: 1.5 }, '#/endMs'],
    [{ rendition: '../x' }, '#/rendition'],
  ])('for %j says which field is wrong', async (body, pointer) => {
    const answer = await ask(body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  });

  test.each([
    [{ startMs: 60_000 }, '#/startMs', 'The recording ends at 60000 ms, before the clip begins.'],
    [{ rendition: '4k' }, '#/rendition', 'The recording has no rendition 4k, but 360p.'],
  ])('for %j, of which nothing was recorded, is refused at once', async (body, pointer, detail) => {
    const renditions = [{ id: '360p', codecs: 'avc1.4D401F', bandwidthBps: 600_000 }];
    const recorded = await goOnAir(api, stream.id, { state: 'ended', recordedMs: 60_000, renditions });
    expect((await ask(body, recorded)).body.errors).toEqual([{ pointer, detail }]);
    expect((await ask({ startMs: 59_999, rendition: '360p' }, recorded)).status).toBe(202);
  });

  test('beyond the end of the recording is for what there is, and says so', async () => {
    const recorded = await goOnAir(api, stream.id, { state: 'ended', recordedMs: 60_000 });
    expect((await ask({ startMs: 50_000, endMs: 99_000 }, recorded)).body).toMatchObject({
      endMs: 60_000,
      fileName: expect.stringContaining('0.00.50–0.01.00'),
    });
  });

  test('of a broadcast that ended before anything was recorded is refused', async () => {
    const nothing = await goOnAir(api, stream.id, { state: 'ended', recordedMs: 0 });
    expect(await ask(undefined, nothing)).toMatchObject({
      status: 400,
      body: { detail: 'The broadcast ended before anything was recorded.' },
    });
  });

  test('of a broadcast on air needs an end', async () => {
    const live = await goOnAir(api, stream.id);
    expect(await ask({}, live)).toMatchObject({ status: 409, body: { title: 'The stream is on air' } });
    expect((await ask({ endMs: 5_000 }, live)).status).toBe(202);
  });

  test('is refused while the stream is taken down', async () => {
    await api.call('POST', `/v1/streams/${stream.id}/takedown`, { reason: 'x' });
    expect((await ask()).status).toBe(409);
  });

  test('of what MediaLive recorded is not offered', async () => {
    const managed = await goOnAir(api, stream.id, { state: 'ended', encoder: 'medialive' });
    expect(await ask({}, managed)).toMatchObject({
      status: 409,
      body: { title: 'Downloads are not available' },
    });
  });

  test('of an unknown broadcast, and the state of an unknown file, are not found', async () => {
    expect((await ask({}, { id: 'zzzzzzzzzzzzzzzz' })).status).toBe(404);
    expect(await api.call('GET', `${path()}/nothing`)).toMatchObject({
      status: 404,
      body: { title: 'Download not found' },
    });
  });

  test('has a limit for each stream', async () => {
    for (let each = 1; each <= 50; each++) await ask({ startMs: each });
    expect((await ask({ startMs: 60 })).status).toBe(429);
  });
});
