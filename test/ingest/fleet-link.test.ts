import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { ControlStoreUnavailableError } from '../../lib/control-store/errors.ts';
import type { FleetMember } from '../../lib/control-store/records.ts';
import { FleetLink } from '../../lib/ingest/fleet-link.ts';
import { FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import type { MemberId } from '../../lib/routing/ids.ts';

const member = (id: string, role: FleetMember['role']): Omit<FleetMember, 'version'> => ({
  id: id as MemberId,
  role,
  host: '127.0.0.1',
  port: 1,
  capacity: 4,
  load: 0,
  state: 'active',
});

let store: ReturnType<typeof openSqliteControlStore>;
beforeEach(() => {
  store = openSqliteControlStore(':memory:');
});
afterEach(() => store.close());

/** Each look is 1.5 s after the last one. */
class SlowView extends FleetView {
  #nowMs = 0;

  override observe(records: readonly FleetMember[]): void {
    this.#nowMs += 1_500;
    super.observe(records, this.#nowMs);
  }
}

/** Lets a proxy beat five times beside a worker that does not, each look 1.5 s after the last by the view's clock. */
async function fiveBeats(heartbeat: typeof store.heartbeat) {
  await store.heartbeat(member('encoder-1', 'encoder'));
  const fleet = new SlowView();
  fleet.observe(await store.listFleet('encoder'));
  const emitted: string[] = [];
  let beats = 0;
  let done = () => {};
  const fifth = new Promise<void>((resolve) => {
    done = resolve;
  });
  const link = new FleetLink({
    store: {
      heartbeat(self) {
        if (++beats === 5) done();
        return heartbeat(self);
      },
      listFleet: (role) => store.listFleet(role),
      removeMember: async () => {},
    },
    fleet,
    emit: (name) => void emitted.push(name),
    self: () => member('ingest-1', 'ingest'),
    door: () => ({ sockets: 0, crowdedOut: 0, client: '' }),
    everyMs: 1,
  });
  await link.start();
  await fifth;
  await link.stop();
  return { worker: fleet.find('encoder-1' as MemberId), emitted };
}

/** The first load that a proxy tells of, with `heartbeat` in place of the store's. */
async function firstLoad(heartbeat: typeof store.heartbeat, crowded: object[] = []): Promise<object> {
  const { promise, resolve } = Promise.withResolvers<object>();
  const link = new FleetLink({
    store: { heartbeat, listFleet: (role) => store.listFleet(role), removeMember: async () => {} },
    fleet: new FleetView(),
    emit: (name, fields) => {
      if (name === 'ingest.connections.crowded') crowded.push(fields);
      if (name === 'ingest.load') resolve(fields);
    },
    self: () => ({ ...member('ingest-1', 'ingest'), capacity: 200, load: 31 }),
    door: () => ({ sockets: 640, crowdedOut: 17, client: '192.0.2.1' }),
    certificateDaysLeft: () => 88,
    loadEveryMs: 1,
  });
  await link.start();
  const load = await promise;
  await link.stop();
  return load;
}

describe('the load of a proxy', () => {
  test('is logged with its usage, its limits, and how long its certificate lasts', async () => {
    const crowded: object[] = [];
    expect(await firstLoad((self) => store.heartbeat(self), crowded)).toEqual({
      sessions: 31,
      sockets: 640,
      capacity: 200,
      storeUnavailable: 0,
      certificateDaysLeft: 88,
    });
    expect(crowded[0]).toEqual({ connections: 17, client: '192.0.2.1' });
  });

  test('shows that the control store is unavailable', async () => {
    const load = await firstLoad(async () => {
      throw new ControlStoreUnavailableError('down');
    });
    expect(load).toMatchObject({ storeUnavailable: 1 });
  });
});

describe('the link to the fleet', () => {
  test('counts a worker without heartbeats as dead', async () => {
    const { worker, emitted } = await fiveBeats((self) => store.heartbeat(self));
    expect(worker).toBeUndefined();
    expect(emitted).toEqual([]);
  });

  test('judges nobody while its own heartbeat cannot be written either', async () => {
    const { worker, emitted } = await fiveBeats(async () => {
      throw new ControlStoreUnavailableError('The disk is full.');
    });
    expect(worker).toBeDefined();
    expect(emitted).toEqual(['ingest.store.unavailable']);
  });

  test('says if it could not leave the fleet: others see it until its heartbeat times out', async () => {
    const cause = new ControlStoreUnavailableError('down');
    const said: unknown[] = [];
    const link = new FleetLink({
      store: { ...store, removeMember: () => Promise.reject(cause) },
      fleet: new FleetView(),
      emit: (name, fields) => void said.push([name, fields]),
      self: () => member('ingest-1', 'ingest'),
      door: () => ({ sockets: 0, crowdedOut: 0, client: '' }),
    });
    await link.start();
    await link.stop();
    expect(said).toEqual([['ingest.leave.failed', { cause }]]);
  });

  test('starts judging again when the store is back', async () => {
    let beats = 0;
    const { worker, emitted } = await fiveBeats(async (self) => {
      if (++beats % 2 === 0) throw new ControlStoreUnavailableError('locked');
      await store.heartbeat(self);
    });
    expect(worker).toBeDefined();
    const outage = ['ingest.store.unavailable', 'ingest.store.available'];
    expect(emitted).toEqual([...outage, ...outage]);
  });
});
