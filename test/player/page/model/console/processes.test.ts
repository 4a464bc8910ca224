import { describe, expect, test } from '@jest/globals';
import type { Broadcast, LocalProcess } from '../../../../../lib/player/page/api/types.ts';
import {
  partsOf,
  restartWords,
  whatIsNoticed,
} from '../../../../../lib/player/page/model/console/processes.ts';

const one = (role: string, name = role, state: LocalProcess['state'] = 'up'): LocalProcess => ({
  role,
  name,
  state,
  restarts: 0,
});
const [first, second] = [one('encoder', 'encoder-1'), one('encoder', 'encoder-2')];

describe('stopping a process', () => {
  test.each([
    ['control', 'kill'],
    ['control', 'drain'],
    ['page', 'kill'],
    ['page', 'drain'],
  ] as const)('needs no confirmation if nobody notices: %s, %s', (role, how) => {
    expect(whatIsNoticed(one(role), how, [one(role)])).toBeUndefined();
  });

  test.each(['pop', 'ingest', 'origin', 'live-origin', 'shield', 'edge'])(
    'says what people notice, killed or drained: %s',
    (role) => {
      for (const how of ['kill', 'drain'] as const) {
        expect(whatIsNoticed(one(role), how, [one(role)])).toMatch(/\.$/);
      }
    },
  );

  test('needs confirmation for a killed worker, not for one that hands over', () => {
    expect(whatIsNoticed(first, 'kill', [first, second])).toContain('Broadcasters stay connected');
    expect(whatIsNoticed(first, 'drain', [first, second])).toBeUndefined();
  });

  test('says if a worker has nobody to hand over to', () => {
    for (const others of [
      [],
      [one('encoder', 'encoder-2', 'restarting')],
      [one('encoder', 'encoder-2', 'draining')],
    ]) {
      expect(whatIsNoticed(first, 'drain', [first, ...others])).toContain('No other worker is up');
    }
  });
});

test('a process shows the streams on air that go through it', () => {
  const broadcast = { workerId: 'encoder-1', proxyId: 'ingest-2' } as Broadcast;
  const onAir = { id: 's1', name: 'Concert', state: 'live', broadcast } as const;
  const over = { id: 's2', name: 'Lecture', state: 'ended', broadcast } as const;
  const streams = [onAir, over];
  expect(partsOf(first, streams)).toEqual([{ does: 'Encodes', stream: onAir }]);
  expect(partsOf(one('ingest', 'ingest-2'), streams)).toEqual([{ does: 'Ingests', stream: onAir }]);
  expect(partsOf(second, streams)).toEqual([]);
});

test('restarts are counted with the right plural', () => {
  expect([0, 1, 2].map(restartWords)).toEqual(['0 restarts', '1 restart', '2 restarts']);
});
