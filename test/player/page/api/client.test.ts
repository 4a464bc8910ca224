import { describe, expect, test } from '@jest/globals';
import {
  ApiError,
  ApiUnreachableError,
  createApiClient,
  faultWords,
} from '../../../../lib/player/page/api/client.ts';
import type { StreamId } from '../../../../lib/routing/ids.ts';
import { createTestApi } from '../../../control/api/harness.ts';

/** The page's client in front of the real control API, in memory. */
function clientOfRealApi() {
  const { app, store } = createTestApi({ config: { offeredEncoders: ['fleet', 'medialive'] } });
  const client = createApiClient('http://127.0.0.1:8070', async (url, init) =>
    app.request(String(url), init),
  );
  return { client, store };
}

describe('the page’s client of the control API', () => {
  test('creates, reads, renames, lists and deletes a stream', async () => {
    const { client } = clientOfRealApi();
    const made = await client.createStream('Friday evening show');
    expect(made).toMatchObject({ name: 'Friday evening show', state: 'idle' });
    expect(made.ingest.rtmps.url).toMatch(/^rtmps:/);
    expect(made.playback.dash).toMatch(/\/manifest\.mpd$/);
    expect(Number.isNaN(Date.parse(made.createdAt))).toBe(false);

    await client.renameStream(made.id, 'Saturday show');
    expect((await client.getStream(made.id)).name).toBe('Saturday show');
    expect((await client.listStreams()).streams.map(({ id }) => id)).toEqual([made.id]);
    expect(await client.deleteStream(made.id, 'delete')).toMatchObject({
      recordings: 'delete',
      state: 'deleted',
    });
    expect((await client.listStreams()).streams).toEqual([]);
  });

  test('gets the key when it is created and never again', async () => {
    const { client } = clientOfRealApi();
    const made = await client.createStream('Keys');
    expect(made.ingest.rtmps.key).toMatch(new RegExp(`^${made.id}_`));
    expect((await client.getStream(made.id)).ingest.rtmps).not.toHaveProperty('key');
    const { key } = await client.rotateKey(made.id);
    expect(key).toMatch(new RegExp(`^${made.id}_`));
    expect(key).not.toBe(made.ingest.rtmps.key);
  });

  test('follows the pages of a long list', async () => {
    const { client } = clientOfRealApi();
    for (let count = 0; count < 101; count++) await client.createStream(`Stream ${count}`);
    const first = await client.listStreams();
    const second = await client.listStreams(first.cursor);
    expect([first.streams.length, second.streams.length, second.cursor]).toEqual([100, 1, undefined]);
  });

  test('reads events after the last one it has', async () => {
    const { client, store } = clientOfRealApi();
    const { id } = await client.createStream('Events');
    await store.appendEvent({
      streamId: id as StreamId,
      atMs: 1_790_000_000_000,
      type: 'stream.live',
      text: 'On air.',
      data: {},
    });
    const all = await client.listEvents(id, undefined, 200);
    expect(all.at(-1)).toMatchObject({ type: 'stream.live', text: 'On air.', at: expect.any(String) });
    expect(await client.listEvents(id, all.at(-1)?.sequence, 200)).toEqual([]);
  });

  test('takes a stream down, reads the progress, and restores it', async () => {
    const { client } = clientOfRealApi();
    const { id } = await client.createStream('Taken down');
    await expect(client.getTakedown(id)).rejects.toMatchObject({ status: 404 });
    const taken = await client.takedown(id, 'stolen footage');
    expect(taken).toMatchObject({ streamId: id, state: 'taken-down', reason: 'stolen footage' });
    expect(taken.steps.map(({ step, state }) => [step, state])).toContainEqual(['quarantine', 'done']);
    expect(await client.getTakedown(id)).toEqual(taken);
    expect((await client.getStream(id)).takedown).toEqual({
      state: 'taken-down',
      reason: 'stolen footage',
      askedAt: taken.askedAt,
    });
    expect((await client.restore(id)).state).toBe('restored');
  });

  test('adds, turns off and removes a destination', async () => {
    const { client } = clientOfRealApi();
    const { id } = await client.createStream('Simulcast');
    const url = 'rtmps://live.example.com/app';
    const made = await client.addDestination(id, { name: 'Second site', url, key: 'a-key' });
    expect(made).toMatchObject({ name: 'Second site', url, enabled: true });
    expect((await client.getStream(id)).destinations).toEqual([made]);
    expect((await client.changeDestination(id, made.id, { enabled: false })).enabled).toBe(false);
    await client.removeDestination(id, made.id);
    expect((await client.getStream(id)).destinations).toEqual([]);
  });

  test('chooses the encoder, with what it costs and which manifests it has', async () => {
    const { client } = clientOfRealApi();
    const { id, encoder } = await client.createStream('Premium');
    expect(encoder).toBe('fleet');
    const chosen = await client.chooseEncoder(id, 'medialive');
    expect(chosen).toMatchObject({ encoder: 'medialive', playback: { manifests: ['hls'] } });
    expect(chosen.cost?.perHourUsd).toBeGreaterThan(0);
  });

  test('chooses the latency', async () => {
    const { client } = clientOfRealApi();
    const { id, latency } = await client.createStream('Concert');
    expect(latency).toBe('low');
    expect((await client.chooseLatency(id, 'standard')).latency).toBe('standard');
    expect((await client.getStream(id)).latency).toBe('standard');
  });

  test('tells the API’s own words of a refusal, with the status', async () => {
    const { client } = clientOfRealApi();
    const { id } = await client.createStream('Not on air');
    const refusal = await client.endBroadcast(id).catch((fault: unknown) => fault);
    expect(refusal).toBeInstanceOf(ApiError);
    expect((refusal as ApiError).status).toBe(409);
    expect(faultWords(refusal)).toBe('The stream has no broadcast to end.');
    await expect(client.getStream('0000000000000000')).rejects.toMatchObject({ status: 404 });
  });

  test('tells each fault of a request with its place', async () => {
    const { client } = clientOfRealApi();
    const nameless = await client.createStream('').catch((fault: unknown) => fault);
    expect(nameless).toMatchObject({ status: 400, faults: [{ pointer: '#/name' }] });
    const foreign = createApiClient('http://x', async () => new Response('{}', { status: 500 }));
    await expect(foreign.listStreams()).rejects.toMatchObject({ status: 500, faults: [] });
  });

  test('an API that does not answer, or answers with something else, is unreachable', async () => {
    const silent = createApiClient('http://x', () => Promise.reject(new TypeError('fetch failed')));
    await expect(silent.listStreams()).rejects.toBeInstanceOf(ApiUnreachableError);
    const babbling = createApiClient('http://x', async () => new Response('<html>'));
    await expect(babbling.listStreams()).rejects.toBeInstanceOf(ApiUnreachableError);
    const broken = createApiClient('http://x', async () => new Response('<html>', { status: 502 }));
    await expect(broken.listStreams()).rejects.toThrow('The platform responded with status 502.');
  });
});
