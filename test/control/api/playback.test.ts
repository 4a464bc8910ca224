import { beforeEach, describe, expect, test } from '@jest/globals';
import { PlaybackCheck } from '../../../lib/edge/playback-check.ts';
import { splitToken } from '../../../lib/edge/policy/access/playback.ts';
import { verifyingKeys } from '../../../lib/edge/policy/access/signing-keys.ts';
import { type Body, createTestApi, type TestApi, testKeys } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

const createSigned = async (): Promise<Body> =>
  (await api.call('POST', '/v1/streams', { name: 'Board meeting', playback: 'signed' })).body;
const patch = (id: string, change: object, headers?: Record<string, string>) =>
  api.call('PATCH', `/v1/streams/${id}`, change, headers);
const sessions = (id: string, rest = '') => `/v1/streams/${id}/playback-sessions${rest}`;
const link = async (id: string, asked: object = {}): Promise<Body> =>
  (await api.call('POST', sessions(id), asked)).body;
const journal = async (id: string): Promise<Body[]> =>
  (await api.call('GET', `/v1/streams/${id}/events`)).body.events;
const problem = ({ status, body }: { status: number; body: Body }) => [status, body.type.split(':').at(-1)];

/** What an edge with the API's rules answers a viewer. */
function watch(url: string, address = '192.0.2.1'): string {
  const check = new PlaybackCheck(api.clock.wallMs);
  check.useKeys(verifyingKeys(testKeys));
  check.follow(api.edge);
  const { path, token } = splitToken(new URL(url).pathname);
  const refusal = check.refusal(path, token, address);
  return refusal ? JSON.parse(refusal.body).code : 'plays';
}

describe('whether a stream is public', () => {
  test('it is, unless asked otherwise; the edge hears nothing of it', async () => {
    const { id, playback } = await api.create();
    expect(playback.access).toBe('public');
    expect(watch(playback.hls)).toBe('plays');
    expect((await api.call('GET', `/v1/streams/${id}`)).body.playback.access).toBe('public');
    expect([...api.edge.playback]).toEqual([]);
  });

  test('one created as signed is closed by its very id', async () => {
    const { id, playback } = await createSigned();
    expect([playback.access, id.at(-1)]).toEqual(['signed', 'u']);
    expect(watch(playback.dash)).toBe('playback-missing');
    expect([...api.edge.playback]).toEqual([]);
    const [listed] = (await api.call('GET', '/v1/streams')).body.streams;
    expect(listed.playback.access).toBe('signed');
  });

  test('turned signed and public again, the edge follows and the journal has it', async () => {
    const { id, playback } = await api.create();
    const { status, body } = await patch(id, { playback: 'signed' });
    expect([status, body.playback.access, body.version]).toEqual([200, 'signed', 2]);
    expect(watch(playback.hls)).toBe('playback-missing');
    await patch(id, { playback: 'public' });
    expect(watch(playback.hls)).toBe('plays');
    const events = await journal(id);
    expect(events.slice(0, -1).map(({ type, data }: Body) => [type, data])).toEqual([
      ['playback.changed', { mode: 'public' }],
      ['playback.changed', { mode: 'signed' }],
    ]);
  });

  test('one created as signed can be opened', async () => {
    const { id, playback } = await createSigned();
    await patch(id, { playback: 'public' });
    expect(watch(playback.hls)).toBe('plays');
  });

  test('another change leaves it as it is', async () => {
    const { id, playback } = await createSigned();
    expect((await patch(id, { name: 'B' })).body.playback.access).toBe('signed');
    expect(watch(playback.hls)).toBe('playback-missing');
    const both = await patch(id, { name: 'C', playback: 'public' });
    expect(both.body).toMatchObject({ name: 'C', playback: { access: 'public' } });
    const types = (await journal(id)).map(({ type }) => type);
    expect(types).toEqual(['playback.changed', 'stream.changed', 'stream.changed', 'stream.created']);
  });

  test('a change that is refused leaves the edge as it was', async () => {
    const { id, playback } = await api.create();
    expect(problem(await patch(id, { playback: 'signed' }, { 'if-match': '"9"' }))).toEqual([
      412,
      'version-mismatch',
    ]);
    expect(watch(playback.hls)).toBe('plays');
  });

  test('an edge that cannot be told keeps a stream from being opened, and the request can be repeated', async () => {
    const { id, playback } = await createSigned();
    api.edge.failing = true;
    expect((await patch(id, { playback: 'public' })).status).toBe(500);
    expect(watch(playback.hls)).toBe('playback-missing');
    api.edge.failing = false;
    expect((await patch(id, { playback: 'public' })).status).toBe(200);
    expect(watch(playback.hls)).toBe('plays');
  });

  test('an edge that cannot be told does not leave a stream open that is said to be signed', async () => {
    const { id, playback } = await api.create();
    api.edge.failing = true;
    expect((await patch(id, { playback: 'signed' })).status).toBe(500);
    api.edge.failing = false;
    expect((await api.call('GET', `/v1/streams/${id}`)).body.playback.access).toBe('public');
    expect(watch(playback.hls)).toBe('plays');
  });

  test('nonsense is refused', async () => {
    const { id } = await api.create();
    expect((await patch(id, { playback: 'secret' })).status).toBe(400);
  });

  test('a platform without keys refuses signed streams in words', async () => {
    api = createTestApi({ playback: false });
    const { id } = await api.create();
    for (const answer of [
      await api.call('POST', '/v1/streams', { name: 'x', playback: 'signed' }),
      await patch(id, { playback: 'signed' }),
      await api.call('POST', sessions(id), {}),
    ]) {
      expect(problem(answer)).toEqual([409, 'signed-playback-not-offered']);
    }
  });
});

describe('a playback session', () => {
  test('has three links with one token, which play until it expires', async () => {
    const { id } = await createSigned();
    const { status, body } = await api.call('POST', sessions(id), { ttlSeconds: 60, viewerId: 'seat-12' });
    expect([status, body.viewerId]).toEqual([201, 'seat-12']);
    expect(Date.parse(body.expiresAt)).toBe(api.clock.wallMs() + 60_000);
    const { dash, hls, page } = body.playback;
    const token = new URL(page).hash.slice(1);
    expect(token).toMatch(/^~[0-9a-z]{4}\./);
    expect(page).toBe(`http://127.0.0.1:8080/watch/${id}?region=local#${token}`);
    expect(dash).toBe(`http://127.0.0.1:8090/local/${token}/${id}/manifest.mpd`);
    expect(hls).toBe(`http://127.0.0.1:8090/local/${token}/${id}/index.m3u8`);
    expect([watch(dash), watch(hls)]).toEqual(['plays', 'plays']);
    // As a player resolves what a manifest names.
    expect(watch(new URL('1jm8p0v4c7h2kqvu/720p/17.m4s', hls).href)).toBe('plays');
    api.clock.wallTimeMs += 60_000;
    expect(watch(hls)).toBe('playback-expired');
  });

  test('lasts four hours unless asked otherwise, a day at most, and needs no body', async () => {
    const { id } = await createSigned();
    const { status, body } = await api.call('POST', sessions(id));
    expect([status, Date.parse(body.expiresAt) - api.clock.wallMs()]).toEqual([201, 4 * 3_600_000]);
    expect((await api.call('POST', sessions(id), { ttlSeconds: 86_400 })).status).toBe(201);
    for (const bad of [
      { ttlSeconds: 86_401 },
      { ttlSeconds: 0 },
      { ttlSeconds: 1.5 },
      { viewerId: 'a@b' },
      { viewerId: '' },
      { viewerId: 'x'.repeat(65) },
      { address: '203.0.113' },
      { address: 'localhost' },
      { viewer: 'x' },
    ]) {
      expect([bad, problem(await api.call('POST', sessions(id), bad))]).toEqual([
        bad,
        [400, 'invalid-request'],
      ]);
    }
  });

  test('is its own for each request', async () => {
    const { id } = await createSigned();
    const made = await Promise.all(Array.from({ length: 20 }, () => link(id)));
    expect(new Set(made.map((session) => session.id)).size).toBe(20);
    expect(new Set(made.map(({ playback }) => playback.hls)).size).toBe(20);
  });

  test('bound to an address plays only there', async () => {
    const { id } = await createSigned();
    const { playback } = await link(id, { address: '203.0.113.9' });
    expect([watch(playback.hls, '203.0.113.9'), watch(playback.hls)]).toEqual(['plays', 'playback-invalid']);
    const six = await link(id, { address: '2001:db8::1' });
    expect(watch(six.playback.hls, '2001:db8::ffff')).toBe('plays');
  });

  test('of one stream opens no other', async () => {
    const [one, other] = [await createSigned(), await createSigned()];
    const { playback } = await link(one.id);
    expect(watch(playback.hls.replace(one.id, other.id))).toBe('playback-invalid');
  });

  test('there is none of a public stream', async () => {
    const { id } = await api.create();
    expect(problem(await api.call('POST', sessions(id), {}))).toEqual([409, 'playback-is-public']);
    expect(problem(await api.call('POST', sessions('0000000000000000'), {}))).toEqual([
      404,
      'stream-not-found',
    ]);
  });

  test('leaves no token in journal, records or log', async () => {
    const { id } = await createSigned();
    const { id: session, playback } = await link(id);
    await api.call('DELETE', sessions(id, `/${session}`));
    await api.call('DELETE', sessions(id));
    const token = new URL(playback.page).hash.slice(1);
    const mac = token.split('.').at(-1) ?? '';
    const kept = [
      JSON.stringify(await journal(id)),
      JSON.stringify(await api.store.getStream(id)),
      ...api.log,
    ];
    for (const text of kept) {
      expect(text).not.toContain(mac);
      for (const { secret } of testKeys) expect(text).not.toContain(secret);
    }
  });
});

describe('revoking', () => {
  test('one session leaves the others', async () => {
    const { id } = await createSigned();
    const [gone, stays] = [await link(id), await link(id)];
    const revoke = () => api.call('DELETE', sessions(id, `/${gone.id}`));
    expect([(await revoke()).status, (await revoke()).status]).toEqual([204, 204]);
    expect([watch(gone.playback.hls), watch(stays.playback.hls)]).toEqual(['playback-revoked', 'plays']);
    expect(watch(new URL('1jm8p0v4c7h2kqvu/720p/17.m4s', gone.playback.hls).href)).toBe('playback-revoked');
  });

  test('all of them leaves those that are made afterwards, in the very same millisecond too', async () => {
    const { id, version } = await createSigned();
    const before = await link(id);
    expect((await api.call('DELETE', sessions(id))).status).toBe(204);
    const after = await link(id);
    expect([watch(before.playback.hls), watch(after.playback.hls)]).toEqual(['playback-revoked', 'plays']);
    expect((await api.call('GET', `/v1/streams/${id}`)).body.version).toBe(version + 1);
    expect((await journal(id)).at(0)).toMatchObject({ type: 'playback.revoked' });
  });

  test('all of them holds when the stream is turned public and signed again', async () => {
    const { id } = await createSigned();
    const before = await link(id);
    await api.call('DELETE', sessions(id));
    await patch(id, { playback: 'public' });
    await patch(id, { playback: 'signed' });
    expect(watch(before.playback.hls)).toBe('playback-revoked');
  });

  test('what is no session, or one that has expired, is not found', async () => {
    const { id } = await createSigned();
    const session = await link(id, { ttlSeconds: 60 });
    api.clock.wallTimeMs += 60_000;
    for (const name of ['x', '0'.repeat(21), session.id]) {
      expect(problem(await api.call('DELETE', sessions(id, `/${name}`)))).toEqual([
        404,
        'playback-session-not-found',
      ]);
    }
  });
});
