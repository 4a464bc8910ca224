import { describe, expect, test } from '@jest/globals';
import type { Takedown, TakedownState } from '../../../../../lib/player/page/api/types.ts';
import {
  directionOf,
  isMoving,
  stepLines,
  takedownSummary,
} from '../../../../../lib/player/page/model/console/takedown.ts';

const report = (change: Partial<Takedown> = {}): Takedown => ({
  streamId: 's1',
  state: 'taking-down',
  reason: 'Stolen footage',
  askedAt: '2026-11-22T18:00:00.000Z',
  steps: [],
  ...change,
});
const steps = ['refuse', 'deny', 'cut', 'invalidate', 'quarantine'] as const;

describe('takedown texts', () => {
  test('a state has a direction and is moving until the final state', () => {
    const states: TakedownState[] = ['taking-down', 'taken-down', 'restoring', 'restored'];
    expect(states.map(directionOf)).toEqual(['takedown', 'takedown', 'restore', 'restore']);
    expect(states.filter(isMoving)).toEqual(['taking-down', 'restoring']);
  });

  test('before the first report every step is waiting, so the list never changes length', () => {
    const before = stepLines('takedown', undefined);
    const after = stepLines('takedown', report({ steps: steps.map((step) => ({ step, state: 'waiting' })) }));
    expect(before).toEqual(after);
    expect(before.map(({ note }) => note)).toEqual(Array(5).fill('waiting'));
    expect(stepLines('restore', undefined).map(({ step }) => step)).toEqual(['quarantine', 'deny', 'refuse']);
  });

  test('steps are listed in execution order, whatever the order in the API', () => {
    const listed = (['refuse', 'deny', 'quarantine'] as const).map((step) => ({
      step,
      state: 'waiting' as const,
    }));
    const lines = stepLines('restore', report({ state: 'restoring', steps: listed }));
    expect(lines.map(({ step }) => step)).toEqual(['quarantine', 'deny', 'refuse']);
  });

  test('a step shows when it was done or what it is waiting for', () => {
    const lines = stepLines(
      'takedown',
      report({
        steps: [
          { step: 'deny', state: 'done', afterMs: 412 },
          { step: 'refuse', state: 'done' },
          { step: 'invalidate', state: 'waiting', detail: '15 invalidations run already' },
        ],
      }),
    );
    expect(lines).toEqual([
      { step: 'refuse', done: true, words: 'Broadcaster refused', note: 'done', detail: undefined },
      { step: 'deny', done: true, words: 'Blocked at the edge', note: '0.41 s', detail: undefined },
      {
        step: 'invalidate',
        done: false,
        words: 'Clear the caches',
        note: 'waiting',
        detail: '15 invalidations run already',
      },
    ]);
  });

  test.each(['takedown', 'restore'] as const)('no two steps of a %s read alike, done or not', (direction) => {
    const words = (['waiting', 'done'] as const).flatMap((state) =>
      stepLines(direction, report({ steps: steps.map((step) => ({ step, state })) })).map(
        (line) => line.words,
      ),
    );
    expect(new Set(words).size).toBe(10);
  });

  test('the summary says that viewers may still see it, then how many seconds it took to stop', () => {
    expect(takedownSummary('takedown', undefined)).toBe('Viewers may still see it');
    expect(takedownSummary('takedown', report({ darkAfterMs: 420 }))).toBe(
      'Stopped for all viewers in 0.42 s',
    );
    expect(takedownSummary('takedown', report({ darkAfterMs: 0, doneAfterMs: 75_000 }))).toBe(
      'Stopped for all viewers in 0.00 s; completed in 1 minute 15 seconds',
    );
  });

  test('the summary of a restore says when everything is back', () => {
    expect(takedownSummary('restore', report({ state: 'restoring' }))).toBe('Restoring…');
    expect(takedownSummary('restore', report({ state: 'restored', doneAfterMs: 1_940 }))).toBe(
      'Viewers can watch it again; completed in 1.9 s',
    );
  });
});
