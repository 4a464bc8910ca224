import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FleetMember } from '../../../lib/control-store/records.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { createTestApi, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

const member = (id: string, changes: Partial<FleetMember> = {}): Omit<FleetMember, 'version'> => ({
  id: id as MemberId,
  role: 'encoder',
  host: '127.0.0.1',
  port: 7001,
  capacity: 4,
  load: 1,
  state: 'active',
  ...changes,
});

describe('the fleet', () => {
  test('is listed by role with capacity, load and state', async () => {
    await api.store.heartbeat(member('encoder-1', { state: 'draining' }));
    await api.store.heartbeat(member('ingest-1', { role: 'ingest', port: 1940 }));
    expect((await api.call('GET', '/v1/fleet')).body).toEqual({
      ingest: [{ ...member('ingest-1', { role: 'ingest', port: 1940 }), alive: true, unseenForMs: 0 }],
      encoder: [{ ...member('encoder-1', { state: 'draining' }), pool: 'cpu', alive: true, unseenForMs: 0 }],
    });
  });

  test('a member whose heartbeat stood still for 6 s is not alive, until it beats again', async () => {
    const look = async () => (await api.call('GET', '/v1/fleet')).body.encoder[0];
    await api.store.heartbeat(member('encoder-1'));
    await look();
    api.clock.upMs += 5_999;
    expect(await look()).toMatchObject({ alive: true, unseenForMs: 5_999 });
    api.clock.upMs += 1;
    expect(await look()).toMatchObject({ alive: false, unseenForMs: 6_000 });
    await api.store.heartbeat(member('encoder-1'));
    expect(await look()).toMatchObject({ alive: true, unseenForMs: 0 });
  });

  test('tells the pool of each worker', async () => {
    await api.store.heartbeat(member('encoder-1', { pool: 'gpu' }));
    await api.store.heartbeat(member('encoder-2'));
    const { encoder } = (await api.call('GET', '/v1/fleet')).body;
    expect(encoder).toMatchObject([{ pool: 'gpu' }, { pool: 'cpu' }]);
  });

  test('is empty where nobody has reported', async () => {
    expect((await api.call('GET', '/v1/fleet')).body).toEqual({ ingest: [], encoder: [] });
  });
});
