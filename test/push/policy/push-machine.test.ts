import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  beginPush,
  type PushAction,
  type PushEventType,
  type PushModel,
  type PushPhase,
  phaseLimitsMs,
  publicState,
  stepPush,
} from '../../../lib/push/policy/push-machine.ts';

const phases: readonly PushPhase[] = [
  'resolving',
  'dialing',
  'publishing',
  'live',
  'waiting',
  'closing',
  'refused',
  'ended',
];
const events: readonly PushEventType[] = [
  'resolved',
  'connected',
  'published',
  'lost',
  'rejected',
  'forbidden',
  'late',
  'stop',
  'closed',
];

const at = (nowMs: number, random = 0.5) => ({ nowMs, random });
const inPhase = (phase: PushPhase, facts: Partial<PushModel> = {}): PushModel => ({
  ...beginPush(0),
  phase,
  ...facts,
});

/** Where each event leads from each phase, and what is to be done; what is not named changes nothing. */
const expected: Partial<
  Record<PushPhase, Partial<Record<PushEventType, readonly [PushPhase, ...PushAction[]]>>>
> = {
  resolving: {
    resolved: ['dialing', 'dial'],
    lost: ['waiting', 'drop'],
    forbidden: ['refused', 'drop'],
    late: ['waiting', 'drop'],
    stop: ['ended', 'drop'],
  },
  dialing: {
    connected: ['publishing', 'greet'],
    lost: ['waiting', 'drop'],
    forbidden: ['refused', 'drop'],
    late: ['waiting', 'drop'],
    stop: ['ended', 'drop'],
  },
  publishing: {
    published: ['live'],
    lost: ['waiting', 'drop'],
    rejected: ['waiting', 'drop'],
    forbidden: ['refused', 'drop'],
    late: ['waiting', 'drop'],
    stop: ['ended', 'drop'],
    closed: ['waiting', 'drop'],
  },
  live: {
    lost: ['waiting', 'drop'],
    rejected: ['waiting', 'drop'],
    forbidden: ['refused', 'drop'],
    stop: ['closing', 'finish'],
    closed: ['waiting', 'drop'],
  },
  waiting: { forbidden: ['refused', 'drop'], late: ['resolving', 'resolve'], stop: ['ended', 'drop'] },
  closing: {
    lost: ['ended', 'drop'],
    rejected: ['ended', 'drop'],
    forbidden: ['ended', 'drop'],
    late: ['ended', 'drop'],
    closed: ['ended', 'drop'],
  },
  refused: { stop: ['ended', 'drop'] },
};

describe('the state machine of a push', () => {
  test.each(phases.flatMap((phase) => events.map((type) => [phase, type] as const)))(
    'in %s, %s does what the table says',
    (phase, type) => {
      const before = inPhase(phase);
      const { model, actions } = stepPush(before, { type, detail: 'why' }, at(100));
      const [to, ...todo] = expected[phase]?.[type] ?? [phase];
      expect(model.phase).toBe(to);
      expect(actions).toEqual(todo);
      if (expected[phase]?.[type] === undefined) expect(model).toBe(before);
    },
  );

  test('limits the time of each phase, except those that wait for others', () => {
    expect(beginPush(1_000).deadlineMs).toBe(1_000 + phaseLimitsMs.resolving!);
    const dialing = stepPush(beginPush(0), { type: 'resolved' }, at(10)).model;
    expect(dialing.deadlineMs).toBe(10 + phaseLimitsMs.dialing!);
    expect(stepPush(inPhase('publishing'), { type: 'published' }, at(10)).model.deadlineMs).toBeUndefined();
    expect(stepPush(inPhase('live'), { type: 'stop' }, at(10)).model.deadlineMs).toBe(
      10 + phaseLimitsMs.closing!,
    );
  });

  test('waits longer after each failure, up to a minute, and never less than three quarters of a second', () => {
    let model = beginPush(0);
    const pauses: number[] = [];
    for (let nowMs = 0; pauses.length < 9; nowMs = model.deadlineMs!) {
      model = stepPush(model, { type: 'late' }, at(nowMs)).model;
      if (model.phase === 'waiting') pauses.push(model.deadlineMs! - nowMs);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test.each([
    [0, 750],
    [0.999_999, 1_250],
  ])('spreads the attempts randomly: %d gives about %d ms', (random, pauseMs) => {
    const { model } = stepPush(beginPush(0), { type: 'lost' }, at(0, random));
    expect(model.deadlineMs).toBeCloseTo(pauseMs, 0);
  });

  test('gives up after ten refusals in a row, and waits a few seconds after each', () => {
    let model = inPhase('publishing');
    for (let count = 1; count < 10; count++) {
      model = stepPush(model, { type: 'rejected', detail: `no ${count}` }, at(0)).model;
      expect(model).toMatchObject({ phase: 'waiting', detail: `no ${count}` });
      expect(model.deadlineMs).toBeGreaterThanOrEqual(5_000);
      model = { ...model, phase: 'publishing' };
    }
    model = stepPush(model, { type: 'rejected', detail: 'no 10' }, at(0)).model;
    expect(model).toMatchObject({ phase: 'refused', detail: 'no 10', deadlineMs: undefined });
  });

  test('forgets old faults after a minute live, not before', () => {
    const live = inPhase('live', { failures: 6, rejections: 9, liveSinceMs: 0 });
    expect(stepPush(live, { type: 'lost' }, at(59_999)).model).toMatchObject({ failures: 7, rejections: 9 });
    expect(stepPush(live, { type: 'lost' }, at(60_000)).model).toMatchObject({ failures: 1, rejections: 0 });
    expect(stepPush(live, { type: 'rejected' }, at(59_999)).model.phase).toBe('refused');
    expect(stepPush(live, { type: 'rejected' }, at(60_000)).model.phase).toBe('waiting');
  });

  test('reports what went wrong until it is live', () => {
    const { model } = stepPush(inPhase('dialing'), { type: 'late' }, at(0));
    expect(model.detail).toBe('no response');
    const live = stepPush({ ...model, phase: 'publishing' }, { type: 'published' }, at(0)).model;
    expect(live.detail).toBeUndefined();
    expect(stepPush(live, { type: 'closed' }, at(0)).model.detail).toBe('the server closed the connection');
  });

  test('shows as waiting from its first failure until it is live', () => {
    expect(publicState(inPhase('resolving'))).toBe('connecting');
    for (const phase of ['resolving', 'dialing', 'publishing'] as const) {
      expect(publicState(inPhase(phase, { failures: 1 }))).toBe('waiting');
    }
    expect(publicState(inPhase('live', { failures: 3 }))).toBe('live');
    expect(publicState(inPhase('closing'))).toBe('live');
    expect(publicState(inPhase('refused', { failures: 3 }))).toBe('refused');
  });

  test('keeps its promises for any schedule', () => {
    const step = fc.record({
      type: fc.constantFrom(...events),
      afterMs: fc.integer({ min: 0, max: 90_000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let model = beginPush(0);
        let nowMs = 0;
        let stopped = false;
        let connected = false;
        for (const { type, afterMs, random } of steps) {
          nowMs += afterMs;
          const before = model;
          const { model: after, actions } = stepPush(model, { type }, at(nowMs, random));
          model = after;
          if (type === 'stop') stopped = true;
          // Once stopped, it never connects again.
          if (stopped) expect(['closing', 'ended']).toContain(model.phase);
          if (before.phase === 'ended') expect(model).toBe(before);
          // Refused is left by a stop only.
          if (before.phase === 'refused' && type !== 'stop') expect(model).toBe(before);
          // What is opened is dropped or finished before anything else is opened.
          if (actions.includes('dial')) expect(connected).toBe(false);
          if (actions.includes('dial')) connected = true;
          if (actions.includes('drop')) connected = false;
          // Every phase that could last for ever but the ones that should has an end.
          const ends = model.deadlineMs !== undefined;
          expect(ends).toBe(!['live', 'refused', 'ended'].includes(model.phase));
          if (model.phase === 'waiting' && before.phase !== 'waiting') {
            const pauseMs = model.deadlineMs! - nowMs;
            expect(pauseMs).toBeGreaterThanOrEqual(750);
            expect(pauseMs).toBeLessThanOrEqual(75_000);
          }
        }
        // Whatever came before: stop and time end it.
        model = stepPush(model, { type: 'stop' }, at(nowMs)).model;
        model = stepPush(model, { type: 'late' }, at(nowMs + 10_000)).model;
        expect(model.phase).toBe('ended');
      }),
      { numRuns: 500 },
    );
  });
});
