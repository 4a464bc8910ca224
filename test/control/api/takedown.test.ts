import { beforeEach, describe, expect, test } from '@jest/globals';
import { ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import { type Body, createTestApi, goOnAir, type TestApi } from './harness.ts';

let api: TestApi;
let stream: Body;
beforeEach(async () => {
  api = createTestApi();
  stream = await api.create();
});

const path = (rest: string) => `/v1/streams/${stream.id}${rest}`;
const take = (body: object = { reason: 'stolen footage' }) => api.call('POST', path('/takedown'), body);
const restore = () => api.call('POST', path('/restore'));
const read = () => api.call('GET', path('/takedown'));
const whole = async () => (await api.call('GET', path(''))).body;
const journal = async (): Promise<Body[]> => (await api.call('GET', path('/events'))).body.events;
const problem = ({ status, body }: { status: number; body: Body }) => [status, body.type.split(':').at(-1)];

describe('taking a stream down', () => {
  test('goes dark and reports each step', async () => {
    const media = `local/${stream.id}/index.m3u8`;
    api.edge.keys.add(media);
    const { status, body } = await take();
    expect([status, body]).toEqual([
      202,
      {
        streamId: stream.id,
        state: 'taken-down',
        reason: 'stolen footage',
        askedAt: '2026-09-21T14:13:20.000Z',
        darkAfterMs: 0,
        doneAfterMs: 0,
        steps: ['refuse', 'deny', 'cut', 'invalidate', 'quarantine'].map((step) => ({
          step,
          state: 'done',
          afterMs: 0,
        })),
      },
    ]);
    expect((await read()).body).toEqual(body);
    expect([...api.edge.denied]).toEqual([`local/${stream.id}`]);
    expect([...api.edge.keys]).toEqual([`quarantine/${media}`]);
    expect(await api.store.getStream(stream.id)).toMatchObject({ takenDown: { reason: 'stolen footage' } });
    expect((await journal()).at(0)).toMatchObject({ type: 'stream.taken_down' });
  });

  test('on the air, says what it waits for, and is done once the encoder has let go', async () => {
    await goOnAir(api, stream.id);
    const { body } = await take();
    expect(body.state).toBe('taking-down');
    expect(body.darkAfterMs).toBe(0);
    expect(body).not.toHaveProperty('doneAfterMs');
    const cut = body.steps.find(({ step }: Body) => step === 'cut');
    expect(cut).toEqual({ step: 'cut', state: 'waiting', detail: expect.stringContaining('encoder-1') });
    expect((await api.store.getLease(stream.id))?.endRequested).toBe(true);
    expect(await whole()).toMatchObject({ takedown: { state: 'taking-down', reason: 'stolen footage' } });

    await api.store.releaseLease({ streamId: stream.id, workerId: 'encoder-1' as never, epoch: 1 });
    await api.takedowns.sweep();
    expect((await read()).body.state).toBe('taken-down');
  });

  test('twice changes nothing, whatever the second reason', async () => {
    const first = (await take()).body;
    api.clock.wallTimeMs += 60_000;
    const before = await api.store.getDocument(stream.id, 'takedown');
    expect((await take({ reason: 'another' })).body).toEqual(first);
    expect(await api.store.getDocument(stream.id, 'takedown')).toEqual(before);
    expect((await whole()).version).toBe(2);
    expect((await journal()).filter(({ type }) => type === 'stream.taken_down')).toHaveLength(1);
  });

  test.each([
    [{}],
    [{ reason: '' }],
    [{ reason: '   ' }],
    [{ reason: 'x'.repeat(501) }],
    [{ reason: 'two\nlines' }],
    [{ reason: 5 }],
    [{ reason: 'fine', force: true }],
  ])('%j is refused, and nothing is taken down', async (body) => {
    expect(problem(await take(body))).toEqual([400, 'invalid-request']);
    expect(problem(await read())).toEqual([404, 'never-taken-down']);
    expect(api.edge.denied.size).toBe(0);
  });

  test('a body is needed', async () => {
    expect((await api.call('POST', path('/takedown'))).status).toBe(400);
  });

  test.each(['zzzzzzzzzzzzzzzz', 'nope', "x'%20OR%201=1"])(
    'of the unknown stream %s is not found',
    async (id) => {
      const body = { reason: 'stolen footage' };
      const answers = [
        await api.call('POST', `/v1/streams/${id}/takedown`, body),
        await api.call('POST', `/v1/streams/${id}/restore`),
        await api.call('GET', `/v1/streams/${id}/takedown`),
      ];
      expect(answers.map(problem)).toEqual(Array(3).fill([404, 'stream-not-found']));
      expect(api.edge.denied.size).toBe(0);
    },
  );
});

describe('a takedown that the store fails', () => {
  test('is refused for now where it could not be written down', async () => {
    const { store } = api;
    const putDocument = () => Promise.reject(new ControlStoreUnavailableError('locked'));
    api = createTestApi({ store: { ...store, putDocument } });
    expect(problem(await take())).toEqual([503, 'store-unavailable']);
    expect(api.edge.denied.size).toBe(0);
    expect(await store.getDocument(stream.id, 'takedown')).toBeUndefined();
  });

  test('of a stream that is deleted meanwhile is not found', async () => {
    const { store } = api;
    let looks = 0;
    const getStream: typeof store.getStream = async (id) => (looks++ === 0 ? store.getStream(id) : undefined);
    api = createTestApi({ store: { ...store, getStream } });
    expect(problem(await take())).toEqual([404, 'stream-not-found']);
  });

  test('is answered though a step fails, and says which', async () => {
    api.edge.denials.deny = () => Promise.reject(new Error('the key-value store does not answer'));
    const { status, body } = await take();
    expect([status, body.state]).toEqual([202, 'taking-down']);
    expect(body.steps.find(({ step }: Body) => step === 'deny')).toEqual({
      step: 'deny',
      state: 'waiting',
      detail: 'Failed and will be retried: the key-value store does not answer',
    });
    expect(body).not.toHaveProperty('darkAfterMs');
  });
});

describe('restoring a stream', () => {
  test('brings everything back', async () => {
    const media = `local/${stream.id}/index.m3u8`;
    api.edge.keys.add(media);
    await take();
    api.clock.wallTimeMs += 60_000;
    const { status, body } = await restore();
    expect([status, body]).toMatchObject([
      202,
      { state: 'restored', reason: 'stolen footage', askedAt: '2026-09-21T14:14:20.000Z', doneAfterMs: 0 },
    ]);
    expect(body.steps.map(({ step }: Body) => step)).toEqual(['refuse', 'deny', 'quarantine']);
    expect([[...api.edge.denied], [...api.edge.keys]]).toEqual([[], [media]]);
    expect(await api.store.getStream(stream.id)).not.toHaveProperty('takenDown');
    expect((await journal()).at(0)).toMatchObject({ type: 'stream.restored' });
    expect((await whole()).takedown).toMatchObject({ state: 'restored' });
  });

  test('twice changes nothing', async () => {
    await take();
    const first = (await restore()).body;
    api.clock.wallTimeMs += 60_000;
    expect((await restore()).body).toEqual(first);
    expect((await journal()).filter(({ type }) => type === 'stream.restored')).toHaveLength(1);
  });

  test('turns a takedown round that is not done, and the other way', async () => {
    await goOnAir(api, stream.id);
    expect((await take()).body.state).toBe('taking-down');
    expect((await restore()).body.state).toBe('restored');
    await api.store.releaseLease({ streamId: stream.id, workerId: 'encoder-1' as never, epoch: 1 });
    expect((await take({ reason: 'after all' })).body).toMatchObject({
      state: 'taken-down',
      reason: 'after all',
    });
    expect([...api.edge.denied]).toEqual([`local/${stream.id}`]);
  });

  test('of what was never taken down is refused', async () => {
    expect(problem(await restore())).toEqual([404, 'never-taken-down']);
    expect(problem(await read())).toEqual([404, 'never-taken-down']);
    expect(await whole()).not.toHaveProperty('takedown');
  });
});

describe('a stream that is taken down', () => {
  const remove = () => api.call('DELETE', path(''));

  test('shows that in a list from its record alone', async () => {
    await take();
    const listed = async () => (await api.call('GET', '/v1/streams')).body.streams[0];
    expect((await listed()).takedown).toEqual({
      reason: 'stolen footage',
      askedAt: '2026-09-21T14:13:20.000Z',
    });
    await restore();
    expect(await listed()).not.toHaveProperty('takedown');
  });

  test('may not be deleted until it is restored', async () => {
    await goOnAir(api, stream.id, { state: 'ended' });
    await take();
    expect(problem(await remove())).toEqual([409, 'stream-taken-down']);
    await api.store.releaseLease({ streamId: stream.id, workerId: 'encoder-1' as never, epoch: 1 });
    await api.takedowns.sweep();
    expect(problem(await remove())).toEqual([409, 'stream-taken-down']);
    await restore();
    expect((await remove()).status).toBe(202);
  });

  test('may not be deleted while it is half restored', async () => {
    await take();
    const { move } = api.edge.objects;
    api.edge.keys.add(`quarantine/local/${stream.id}/index.m3u8`);
    api.edge.objects.move = () => Promise.reject(new Error('the origin does not answer'));
    const { body } = await restore();
    expect(body.steps.find(({ step }: Body) => step === 'quarantine').detail).toContain('does not answer');
    expect(problem(await remove())).toEqual([409, 'stream-taken-down']);
    api.edge.objects.move = move;
    await api.takedowns.sweep();
    expect((await remove()).status).toBe(202);
  });

  test('may still be renamed, and stays taken down', async () => {
    await take();
    const { version } = await whole();
    const renamed = await api.call('PATCH', path(''), { name: 'B' }, { 'if-match': `"${version}"` });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'B', takedown: { state: 'taken-down' } } });
  });
});
