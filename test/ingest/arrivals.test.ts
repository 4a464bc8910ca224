import { expect, test } from '@jest/globals';
import { PublisherArrivals } from '../../lib/ingest/arrivals.ts';

const limits = { most: 6, mostPerClient: 2 };

test('connections of one balancer do not push each other out before their headers name their clients', () => {
  const arrivals = new PublisherArrivals(limits);
  const closed: number[] = [];
  const all = Array.from({ length: 6 }, (_, index) => arrivals.enter(undefined, () => closed.push(index)));
  expect(closed).toEqual([]);
  for (const [index, arrival] of all.entries()) arrival.comesFrom(index < 4 ? '192.0.2.1' : '192.0.2.2');
  expect(closed).toEqual([0, 1]);
  expect(all.map(({ gaveWay }) => gaveWay)).toEqual([true, true, false, false, false, false]);
  expect(arrivals.report()).toEqual({ sockets: 6, crowdedOut: 2, client: '192.0.2.1' });
  expect(arrivals.report().crowdedOut).toBe(0);
});

test('a verified connection never gives way, until it is unknown again', () => {
  const arrivals = new PublisherArrivals(limits);
  const closed: string[] = [];
  const enter = (name: string) => arrivals.enter('192.0.2.1', () => closed.push(name));
  const publisher = enter('publisher');
  publisher.verified();
  for (const name of ['a', 'b', 'c']) enter(name);
  expect(closed).toEqual(['a']);
  publisher.unverified();
  expect(closed).toEqual(['a', 'b']);
  for (const name of ['d', 'e']) enter(name);
  expect(closed).toEqual(['a', 'b', 'c', 'publisher']);
});

test('what is closed counts no longer, however often it is said, and does not come back', () => {
  const arrivals = new PublisherArrivals(limits);
  const one = arrivals.enter('192.0.2.1', () => {});
  one.closed();
  one.closed();
  one.unverified();
  const closed: string[] = [];
  for (const name of ['a', 'b']) arrivals.enter('192.0.2.1', () => closed.push(name));
  expect(closed).toEqual([]);
  expect(arrivals.report().sockets).toBe(2);
});
