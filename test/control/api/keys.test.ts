import { beforeEach, describe, expect, test } from '@jest/globals';
import { validKeys } from '../../../lib/control/policy/stream-keys.ts';
import { hashStreamKey, parseStreamKey } from '../../../lib/routing/stream-key.ts';
import { type Body, config, createTestApi, type TestApi } from './harness.ts';

let api: TestApi;
let stream: Body;
beforeEach(async () => {
  api = createTestApi();
  stream = await api.create();
});

const rotate = (body?: object) => api.call('POST', `/v1/streams/${stream.id}/keys`, body);

/** As ingest asks it: does this key open the stream now? */
async function opens(key: string): Promise<boolean> {
  const record = await api.store.getStream(stream.id);
  const hash = hashStreamKey(parseStreamKey(key)!, config.keyPepper);
  return validKeys(record!.keys, api.clock.wallMs()).some((known) => known.hash === hash);
}

describe('rotating the key', () => {
  test('without a body the key before works for another day', async () => {
    const { status, body } = await rotate();
    expect(status).toBe(201);
    expect(body.key).toBe(body.ingest.rtmps.key);
    expect(body.key).not.toBe(stream.ingest.rtmps.key);
    expect(body.keys).toEqual([
      { id: body.id, createdAt: '2026-09-21T14:13:20.000Z' },
      { ...stream.keys[0], expiresAt: '2026-09-22T14:13:20.000Z' },
    ]);
    expect([await opens(body.key), await opens(stream.ingest.rtmps.key)]).toEqual([true, true]);
    api.clock.wallTimeMs += 86_400_000;
    expect([await opens(body.key), await opens(stream.ingest.rtmps.key)]).toEqual([true, false]);
    expect((await api.call('GET', `/v1/streams/${stream.id}`)).body.keys).toHaveLength(1);
  });

  test('with no grace every older key ends at once', async () => {
    const first = (await rotate()).body;
    const second = (await rotate({ graceSeconds: 0 })).body;
    expect(second.keys.map(({ id }: Body) => id)).toEqual([second.id]);
    expect([await opens(stream.ingest.rtmps.key), await opens(first.key), await opens(second.key)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('a third key ends the first', async () => {
    const second = (await rotate()).body;
    const third = (await rotate()).body;
    expect([await opens(stream.ingest.rtmps.key), await opens(second.key), await opens(third.key)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('rotations at once leave two keys at most, each of them shown to somebody', async () => {
    const made = await Promise.all([rotate(), rotate(), rotate()]);
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    const open = await Promise.all(made.map(({ body }) => opens(body.key)));
    expect(open.filter(Boolean)).toHaveLength(2);
  });

  test('is recorded in the journal and in the log, without the key', async () => {
    const { body } = await rotate({ graceSeconds: 3_600 });
    const { events } = (await api.call('GET', `/v1/streams/${stream.id}/events`)).body;
    expect(events.at(0)).toMatchObject({
      type: 'key.rotated',
      data: { keyId: body.id, graceMs: 3_600_000 },
    });
    expect(JSON.stringify([events, api.log])).not.toContain(parseStreamKey(body.key)!.secret);
  });

  test.each([[{ graceSeconds: -1 }], [{ graceSeconds: 2_592_001 }], [{ grace: 1 }], [{ graceSeconds: '1' }]])(
    '%j is refused',
    async (body) => {
      expect((await rotate(body)).status).toBe(400);
    },
  );

  test('of an unknown stream is not found', async () => {
    expect((await api.call('POST', '/v1/streams/zzzzzzzzzzzzzzzz/keys')).status).toBe(404);
  });
});

describe('revoking a key', () => {
  const revoke = (keyId: string) => api.call('DELETE', `/v1/streams/${stream.id}/keys/${keyId}`);

  test('ends that key and leaves the other', async () => {
    const { body } = await rotate();
    expect((await revoke(stream.keys[0].id)).status).toBe(204);
    expect([await opens(stream.ingest.rtmps.key), await opens(body.key)]).toEqual([false, true]);
  });

  test('works for the last key; then nobody can publish until there is a new one', async () => {
    expect((await revoke(stream.keys[0].id)).status).toBe(204);
    expect((await api.call('GET', `/v1/streams/${stream.id}`)).body.keys).toEqual([]);
    const { body } = await rotate();
    expect(body.keys).toHaveLength(1);
    expect(await opens(body.key)).toBe(true);
  });

  test('of a key that is not there, or has expired, is not found', async () => {
    expect((await revoke('nope')).body.type).toBe('urn:problem-type:headwater:key-not-found');
    await rotate({ graceSeconds: 1 });
    api.clock.wallTimeMs += 1_000;
    expect((await revoke(stream.keys[0].id)).status).toBe(404);
  });
});
