import {
  type Takedown,
  type TakedownDirection,
  type TakedownStep,
  takedownSteps,
} from '../../../control-store/takedown.ts';

/**
 * The steps each step depends on. A takedown denies and refuses first because seconds matter; the recording is moved once nobody
 * writes it. A restore brings all objects back before the edge serves them, and lets the publisher back last. An ended broadcast
 * stays ended, and invalidated caches refill on their own.
 */
const plans: Readonly<
  Record<TakedownDirection, Readonly<Partial<Record<TakedownStep, readonly TakedownStep[]>>>>
> = {
  takedown: { refuse: [], deny: [], cut: ['refuse'], invalidate: ['deny'], quarantine: ['cut'] },
  restore: { quarantine: [], deny: ['quarantine'], refuse: ['deny'] },
};

/** The steps of a direction, in display order. */
export const stepsOf = (direction: TakedownDirection): readonly TakedownStep[] =>
  takedownSteps.filter((step) => plans[direction][step] !== undefined);

export type TakedownState = 'never' | 'taking-down' | 'taken-down' | 'restoring' | 'restored';

export function takedownState(takedown: Takedown): Exclude<TakedownState, 'never'> {
  const left = stepsOf(takedown.direction).some((step) => !isDone(takedown, step));
  if (takedown.direction === 'takedown') return left ? 'taking-down' : 'taken-down';
  return left ? 'restoring' : 'restored';
}

export type TakedownEvent =
  | { readonly type: 'take'; readonly reason: string; readonly atMs: number }
  | { readonly type: 'restore'; readonly atMs: number }
  | { readonly type: 'done'; readonly step: TakedownStep; readonly turn: number; readonly atMs: number };

/** `refused`: a restore of a stream that was never taken down. */
type Outcome = 'begin' | 'turn' | 'record' | 'nothing' | 'refused';

/** The outcome of each event in each state. Repeating a request that is pending or done changes nothing. */
export const takedownTransitions: Readonly<
  Record<TakedownState, Readonly<Record<TakedownEvent['type'], Outcome>>>
> = {
  never: { take: 'begin', restore: 'refused', done: 'nothing' },
  'taking-down': { take: 'nothing', restore: 'turn', done: 'record' },
  'taken-down': { take: 'nothing', restore: 'turn', done: 'nothing' },
  restoring: { take: 'turn', restore: 'nothing', done: 'record' },
  restored: { take: 'turn', restore: 'nothing', done: 'nothing' },
};

/** The takedown after an event: the same object if nothing changes, `refused` if the event isn't allowed. */
export function nextTakedown(
  takedown: Takedown | undefined,
  event: TakedownEvent,
): Takedown | undefined | 'refused' {
  const state = takedown ? takedownState(takedown) : 'never';
  const outcome = takedownTransitions[state][event.type];
  if (outcome === 'refused') return 'refused';
  if (outcome === 'nothing') return takedown;
  if (event.type === 'done') return takedown && recorded(takedown, event);
  return turned(takedown, event);
}

/** The steps that can be worked on now. */
export const dueSteps = (takedown: Takedown): readonly TakedownStep[] =>
  stepsOf(takedown.direction).filter(
    (step) =>
      !isDone(takedown, step) &&
      (plans[takedown.direction][step] ?? []).every((needed) => isDone(takedown, needed)),
  );

export const isDone = ({ done }: Takedown, step: TakedownStep): boolean =>
  done.some((each) => each.step === step);

/**
 * Begins, or reverses direction. The other direction may be half done, so all steps of this one run; a step with nothing to do
 * takes no time.
 */
function turned(
  before: Takedown | undefined,
  event: Exclude<TakedownEvent, { readonly type: 'done' }>,
): Takedown {
  return {
    direction: event.type === 'take' ? 'takedown' : 'restore',
    reason: event.type === 'take' ? event.reason : (before?.reason ?? ''),
    askedAtMs: event.atMs,
    turn: (before?.turn ?? 0) + 1,
    done: [],
    // The runner still working on the other direction must see this before anyone else starts.
    ...(before?.runner !== undefined && { runner: before.runner }),
  };
}

/** Ignores steps that belong to another turn, are already done, or completed before their dependencies. */
function recorded(takedown: Takedown, { step, turn, atMs }: TakedownEvent & { type: 'done' }): Takedown {
  if (turn !== takedown.turn || !dueSteps(takedown).includes(step)) return takedown;
  const { waiting, ...rest } = takedown;
  const { [step]: _, ...left } = waiting ?? {};
  const done = [...takedown.done, { step, atMs }];
  return { ...rest, done, ...(Object.keys(left).length > 0 && { waiting: left }) };
}
