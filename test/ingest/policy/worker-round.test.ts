import { expect, test } from '@jest/globals';
import type { FleetMember, LeaseRecord } from '../../../lib/control-store/records.ts';
import { FleetView } from '../../../lib/ingest/policy/fleet-view.ts';
import { type RoundRequest, WorkerRound } from '../../../lib/ingest/policy/worker-round.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';

const streamId = '0123456789abcdef' as StreamId;
const names = ['a', 'b', 'c', 'd'] as MemberId[];

function roundOf(request: Partial<RoundRequest> = {}): WorkerRound {
  const fleet = new FleetView();
  const members = names.map(
    (id): FleetMember => ({
      id,
      role: 'encoder',
      host: '127.0.0.1',
      port: 1,
      capacity: 4,
      load: 0,
      state: 'active',
      version: 1,
    }),
  );
  fleet.observe(members, 0);
  return new WorkerRound({
    streamId,
    lease: undefined,
    moves: false,
    movesFrom: undefined,
    avoid: undefined,
    fleet,
    ...request,
  });
}

const rest = (round: WorkerRound): MemberId[] => {
  const ids: MemberId[] = [];
  for (let member = round.next(); member; member = round.next()) ids.push(member.id);
  return ids;
};
const leaseOf = (workerId: MemberId): LeaseRecord => ({
  streamId,
  workerId,
  epoch: 1,
  version: 1,
  broadcastId: 'b' as BroadcastId,
  released: false,
  endRequested: false,
});

const ranking = rest(roundOf());

test('asks every worker once, the holder of the lease first', () => {
  expect(ranking.toSorted()).toEqual(names);
  const last = ranking.at(-1)!;
  expect(rest(roundOf({ lease: leaseOf(last) }))).toEqual([last, ...ranking.slice(0, -1)]);
});

test('asks the holder that a worker names next, but nobody twice', () => {
  const [first, second, third, last] = ranking as [MemberId, MemberId, MemberId, MemberId];
  const round = roundOf();
  expect(round.next()?.id).toBe(first);
  round.refused(last);
  expect(round.next()?.id).toBe(last);
  round.refused(first);
  expect(round.next()?.id).toBe(second);
  round.refused('gone' as MemberId);
  expect(rest(round)).toEqual([third]);
});

test('never asks the worker that the publisher leaves, and last the one that it avoids', () => {
  const [first, second, ...others] = ranking as [MemberId, MemberId, ...MemberId[]];
  const round = roundOf({ movesFrom: first, avoid: second });
  expect(round.next()?.id).toBe(others[0]);
  round.refused(first);
  expect(rest(round)).toEqual([...others.slice(1), second]);
});
