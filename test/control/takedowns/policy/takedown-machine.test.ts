import { describe, expect, test } from '@jest/globals';
import {
  dueSteps,
  nextTakedown,
  stepsOf,
  type TakedownEvent,
  type TakedownState,
  takedownState,
  takedownTransitions,
} from '../../../../lib/control/takedowns/policy/takedown-machine.ts';
import { takedownReport } from '../../../../lib/control/takedowns/policy/takedown-report.ts';
import { type Takedown, type TakedownStep, takedownSteps } from '../../../../lib/control-store/takedown.ts';

const asked: Takedown = {
  direction: 'takedown',
  reason: 'A reason',
  askedAtMs: 1_000,
  turn: 3,
  done: [],
  waiting: { cut: 'something' },
  invalidation: 'I1',
  runner: 'control-1',
};

/** Every set of done steps that a direction can have: each step comes after what it needs. */
function everyTakedown(): Takedown[] {
  const found = new Map<string, Takedown>();
  const visit = (takedown: Takedown): void => {
    const key = `${takedown.direction}/${takedown.done.map(({ step }) => step).sort()}`;
    if (found.has(key)) return;
    found.set(key, takedown);
    for (const step of dueSteps(takedown)) {
      visit({ ...takedown, done: [...takedown.done, { step, atMs: 2_000 }] });
    }
  };
  visit(asked);
  visit({ ...asked, direction: 'restore' });
  return [...found.values()];
}

const everyEvent: readonly TakedownEvent[] = [
  { type: 'take', reason: 'Another reason', atMs: 5_000 },
  { type: 'restore', atMs: 5_000 },
  ...takedownSteps.flatMap((step) =>
    [asked.turn - 1, asked.turn, asked.turn + 1].map(
      (turn) => ({ type: 'done', step, turn, atMs: 5_000 }) as const,
    ),
  ),
];

const stateOf = (takedown: Takedown | undefined): TakedownState =>
  takedown ? takedownState(takedown) : 'never';
const steps = ({ done }: Takedown): TakedownStep[] => done.map(({ step }) => step);

describe('the machine of takedowns', () => {
  test('comes to every state that its table names', () => {
    const reached = new Set<TakedownState>(['never', ...everyTakedown().map(takedownState)]);
    expect([...reached].sort()).toEqual(Object.keys(takedownTransitions).sort());
  });

  test('does what its table says, in every state and at every event', () => {
    let pairs = 0;
    for (const before of [undefined, ...everyTakedown()]) {
      for (const event of everyEvent) {
        const outcome = takedownTransitions[stateOf(before)][event.type];
        const after = nextTakedown(before, event);
        const expected = expectedAfter(before, event, outcome);
        expect({ before, event, after }).toEqual({ before, event, after: expected });
        if (outcome === 'nothing') expect(after).toBe(before);
        pairs++;
      }
    }
    expect(pairs).toBe((1 + everyTakedown().length) * everyEvent.length);
    expect(everyTakedown().length).toBe(16);
  });

  function expectedAfter(
    before: Takedown | undefined,
    event: TakedownEvent,
    outcome: string,
  ): Takedown | undefined | 'refused' {
    if (outcome === 'refused') return 'refused';
    if (outcome === 'nothing') return before;
    if (event.type !== 'done') {
      return {
        direction: event.type === 'take' ? 'takedown' : 'restore',
        reason: event.type === 'take' ? event.reason : (before?.reason ?? ''),
        askedAtMs: event.atMs,
        turn: (before?.turn ?? 0) + 1,
        done: [],
        ...(before && { runner: 'control-1' }),
      };
    }
    if (!before || event.turn !== before.turn || !dueSteps(before).includes(event.step)) return before;
    const { waiting: _, ...rest } = before;
    return {
      ...rest,
      done: [...before.done, { step: event.step, atMs: event.atMs }],
      ...(event.step !== 'cut' && { waiting: { cut: 'something' } }),
    };
  }

  test('denies and refuses at once, ends the broadcast then, and moves the recording when nobody writes it', () => {
    const due = (...done: TakedownStep[]) =>
      dueSteps({ ...asked, done: done.map((step) => ({ step, atMs: 1 })) });
    expect(due()).toEqual(['refuse', 'deny']);
    expect(due('deny')).toEqual(['refuse', 'invalidate']);
    // An edge that cannot be told holds up neither the cut nor the quarantine.
    expect(due('refuse')).toEqual(['deny', 'cut']);
    expect(due('refuse', 'cut')).toEqual(['deny', 'quarantine']);
    expect(due(...takedownSteps)).toEqual([]);
  });

  test('restores the recording first, lets the edge deliver it then, and the publisher come last', () => {
    const order: TakedownStep[] = [];
    let takedown: Takedown = { ...asked, direction: 'restore' };
    for (let due = dueSteps(takedown); due.length > 0; due = dueSteps(takedown)) {
      expect(due).toHaveLength(1);
      order.push(...due);
      takedown = { ...takedown, done: [...takedown.done, ...due.map((step) => ({ step, atMs: 1 }))] };
    }
    expect(order).toEqual(['quarantine', 'deny', 'refuse']);
    expect(takedownState(takedown)).toBe('restored');
  });

  test('never records a step before what it needs, nor one twice', () => {
    for (const { direction, done } of everyTakedown()) {
      const names = done.map(({ step }) => step);
      expect(new Set(names).size).toBe(names.length);
      for (const [index, step] of names.entries()) {
        const before: Takedown = { ...asked, direction, done: done.slice(0, index) };
        expect(dueSteps(before)).toContain(step);
      }
    }
  });
});

describe('the report of a takedown', () => {
  const at = (
    direction: Takedown['direction'],
    done: readonly (readonly [TakedownStep, number])[],
  ): Takedown => ({
    ...asked,
    direction,
    done: done.map(([step, atMs]) => ({ step, atMs })),
  });

  test('says since when it is dark: when the edge denies it and no cache has it', () => {
    expect(takedownReport(at('takedown', [['deny', 1_200]]))).not.toHaveProperty('darkAfterMs');
    const dark = takedownReport(
      at('takedown', [
        ['invalidate', 1_900],
        ['deny', 1_200],
      ]),
    );
    expect(dark).toMatchObject({ state: 'taking-down', darkAfterMs: 900 });
    expect(dark).not.toHaveProperty('doneAfterMs');
  });

  test('names each step, when it was done, and what it waits for in words', () => {
    const report = takedownReport(at('takedown', [['refuse', 1_050]]));
    expect(report.steps).toEqual([
      { step: 'refuse', state: 'done', afterMs: 50 },
      { step: 'deny', state: 'waiting' },
      { step: 'cut', state: 'waiting', detail: 'something' },
      { step: 'invalidate', state: 'waiting' },
      { step: 'quarantine', state: 'waiting' },
    ]);
    expect(report).toMatchObject({ reason: 'A reason', askedAtMs: 1_000 });
  });

  test('of a restore has its own steps, and no word of darkness', () => {
    const report = takedownReport(
      at('restore', [
        ['quarantine', 1_100],
        ['deny', 1_200],
        ['refuse', 1_300],
      ]),
    );
    expect(report).toMatchObject({ state: 'restored', doneAfterMs: 300 });
    expect(report.steps.map(({ step }) => step)).toEqual(stepsOf('restore'));
    expect(report).not.toHaveProperty('darkAfterMs');
  });

  test('never says that something was done before it was asked for, whatever the clocks of two programs say', () => {
    expect(takedownReport(at('takedown', [['refuse', 900]])).steps[0]).toMatchObject({ afterMs: 0 });
  });

  test('of a takedown that is turned round tells of the new direction only', () => {
    const done = steps(asked);
    expect(done).toEqual([]);
    const turned = nextTakedown(at('takedown', [['refuse', 1_050]]), { type: 'restore', atMs: 9_000 });
    expect(turned).toMatchObject({ direction: 'restore', done: [], askedAtMs: 9_000, turn: 4 });
    expect(takedownReport(turned as Takedown)).toMatchObject({ state: 'restoring', askedAtMs: 9_000 });
  });
});
