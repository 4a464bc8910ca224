import { describe, expect, test } from '@jest/globals';
import type { FleetMember, LeaseRecord } from '../../../lib/control-store/records.ts';
import { chooseWorker, FleetView } from '../../../lib/ingest/policy/fleet-view.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';

const stream = '0123456789abcdef' as StreamId;
const worker = (id: string, version = 1, facts: Partial<FleetMember> = {}): FleetMember => ({
  id: id as MemberId,
  role: 'encoder',
  host: '127.0.0.1',
  port: 1,
  capacity: 4,
  load: 0,
  state: 'active',
  version,
  ...facts,
});
const lease = (workerId: string, facts: Partial<LeaseRecord> = {}): LeaseRecord => ({
  streamId: stream,
  workerId: workerId as MemberId,
  epoch: 1,
  version: 1,
  broadcastId: 'b' as BroadcastId,
  released: false,
  endRequested: false,
  ...facts,
});
const ids = (members: readonly FleetMember[]) => members.map(({ id }) => id).sort();

describe('the view of a fleet', () => {
  test('considers a member dead when its record stays the same for 3 s of observation', () => {
    const view = new FleetView();
    view.observe([worker('a'), worker('b', 1)], 1_000);
    view.observe([worker('a'), worker('b', 2)], 2_000);
    view.observe([worker('a'), worker('b', 3)], 3_000);
    expect(ids(view.living())).toEqual(['a', 'b']);
    view.observe([worker('a'), worker('b', 4)], 4_000);
    expect(ids(view.living())).toEqual(['b']);
    expect(view.find('a' as MemberId)).toBeUndefined();
  });

  test('considers a member alive again once its version changes', () => {
    const view = new FleetView();
    for (const at of [0, 1_000, 2_000, 3_000, 4_000]) view.observe([worker('a')], at);
    expect(view.living()).toEqual([]);
    view.observe([worker('a', 2)], 5_000);
    expect(ids(view.living())).toEqual(['a']);
  });

  test('forgets a member that left the store', () => {
    const view = new FleetView();
    view.observe([worker('a'), worker('b')], 0);
    view.observe([worker('b')], 1_000);
    expect(ids(view.living())).toEqual(['b']);
  });

  test('keeps everyone alive while the control store cannot be read, and for the first read after that', () => {
    const view = new FleetView();
    view.observe([worker('a')], 0);
    expect(ids(view.living())).toEqual(['a']);
    view.observe([worker('a')], 60_000);
    expect(ids(view.living())).toEqual(['a']);
    view.observe([worker('a')], 61_500);
    expect(view.living()).toEqual([]);
  });

  test('after a store outage gives all live members the full time again', () => {
    const view = new FleetView();
    for (const at of [0, 1_000, 2_000, 2_900]) view.observe([worker('a')], at);
    view.interrupted();
    expect(ids(view.living())).toEqual(['a']);
    for (const at of [600_000, 601_000, 602_000, 602_999]) view.observe([worker('a')], at);
    expect(ids(view.living())).toEqual(['a']);
    view.observe([worker('a')], 603_000);
    expect(view.living()).toEqual([]);
  });

  test('does not mistake a dead member for a live one because the store was unavailable', () => {
    const view = new FleetView();
    for (const at of [0, 1_000, 2_000, 3_000]) view.observe([worker('a')], at);
    view.interrupted();
    view.observe([worker('a')], 600_000);
    expect(view.living()).toEqual([]);
    view.observe([worker('a', 2)], 601_000);
    expect(ids(view.living())).toEqual(['a']);
  });
});

describe('choosing a worker', () => {
  const view = new FleetView();
  view.observe(
    [
      worker('a'),
      worker('b', 1, { load: 4 }),
      worker('c', 1, { state: 'draining' }),
      worker('d', 1, { load: 3 }),
    ],
    0,
  );
  const choose = (held?: LeaseRecord) => chooseWorker(stream, held, view).map(({ id }) => id);

  test('follows the ranking if no lease is held', () => {
    expect(choose()).toEqual(['a', 'd']);
    expect(choose(lease('d', { released: true }))).toEqual(['a', 'd']);
  });

  test('puts the live holder of the lease first, even when it is full', () => {
    expect(choose(lease('d'))).toEqual(['d', 'a']);
    expect(choose(lease('b'))).toEqual(['b', 'a', 'd']);
  });

  test('asks those last whose heartbeats are late: they may be dead', () => {
    const late = new FleetView();
    const see = (version: number, atMs: number) =>
      late.observe([worker('a'), worker('d', version, { load: 3 })], atMs);
    see(1, 0);
    see(2, 1_000);
    expect(chooseWorker(stream, undefined, late).map(({ id }) => id)).toEqual(['a', 'd']);
    see(3, 2_000);
    expect(chooseWorker(stream, undefined, late).map(({ id }) => id)).toEqual(['d', 'a']);
    expect(chooseWorker(stream, lease('a'), late).map(({ id }) => id)).toEqual(['a', 'd']);
  });

  test('skips a holder that is draining or dead', () => {
    expect(choose(lease('c'))).toEqual(['a', 'd']);
    expect(choose(lease('gone'))).toEqual(['a', 'd']);
  });

  describe('for a broadcast that is being moved', () => {
    const mixed = new FleetView();
    const cpu = ['a', 'b', 'c'].map((id) => worker(id));
    const gpu = ['x', 'y'].map((id) => worker(id, 1, { pool: 'gpu' }));
    const look = (left: readonly string[], at: number) =>
      mixed.observe(
        [...cpu, ...gpu].map((one) => (left.includes(one.id) ? one : { ...one, version: at + 2 })),
        at,
      );
    // `x` and `b` are dead.
    for (const at of [0, 1_000, 2_000, 3_000]) look(['x', 'b'], at);
    const order = (held: LeaseRecord, moves: boolean) =>
      chooseWorker('stream-2' as StreamId, held, mixed, moves).map(({ id }) => id);

    test('workers with the same kind of encoder come first, in the order of the ranking', () => {
      expect(order(lease('x'), false)).toEqual(['a', 'y', 'c']);
      expect(order(lease('x'), true)).toEqual(['y', 'a', 'c']);
      expect(order(lease('b'), true)).toEqual(['a', 'c', 'y']);
      expect(order(lease('x', { released: true }), true)).toEqual(['y', 'a', 'c']);
    });

    test('only the ranking counts if its last worker has left the fleet', () => {
      expect(order(lease('gone'), true)).toEqual(order(lease('gone'), false));
    });
  });
});
