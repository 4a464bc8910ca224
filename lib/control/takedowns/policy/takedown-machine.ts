import {
  type Takedown,
  type TakedownDirection,
  type TakedownStep,
  takedownSteps,
} from '../../../control-store/takedown.ts';

/**
 * What each step needs done before it. A takedown denies and refuses first, since seconds matter; the recording is moved
 * once nobody writes it any more. A restore brings everything back before the edge may answer, and lets the publisher back last;
 * a broadcast that was ended stays ended, and an emptied cache fills by itself.
 */
const plans: Readonly<
  Record<TakedownDirection, Readonly<Partial<Record<TakedownStep, readonly TakedownStep[]>>>>
> = {
  takedown: { refuse: [], deny: [], cut: ['refuse'], invalidate: ['deny'], quarantine: ['cut'] },
  restore: { quarantine: [], deny: ['quarantine'], refuse: ['deny'] },
};

/** The steps of a direction, in the order in which people read them. */
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

/** `refused`: a restore of what was never taken down. */
type Outcome = 'begin' | 'turn' | 'record' | 'nothing' | 'refused';

/** What comes of each event in each state. Asking again for what is asked for already, or done, changes nothing. */
export const takedownTransitions: Readonly<
  Record<TakedownState, Readonly<Record<TakedownEvent['type'], Outcome>>>
> = {
  never: { take: 'begin', restore: 'refused', done: 'nothing' },
  'taking-down': { take: 'nothing', restore: 'turn', done: 'record' },
  'taken-down': { take: 'nothing', restore: 'turn', done: 'nothing' },
  restoring: { take: 'turn', restore: 'nothing', done: 'record' },
  restored: { take: 'turn', restore: 'nothing', done: 'nothing' },
};

/** The takedown after an event: the same object where nothing changes, `refused` where the event may not be. */
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
 * Begins, or turns round. Whatever was begun of the other direction may be half done, so every step of this one is gone
 * through; where there is nothing to do, that takes no time.
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
    // Who still works on the other direction must see this before anybody begins on it.
    ...(before?.runner !== undefined && { runner: before.runner }),
  };
}

/** Of another turn, done already, or done before what it needs: counts for nothing. */
function recorded(takedown: Takedown, { step, turn, atMs }: TakedownEvent & { type: 'done' }): Takedown {
  if (turn !== takedown.turn || !dueSteps(takedown).includes(step)) return takedown;
  const { waiting, ...rest } = takedown;
  const { [step]: _, ...left } = waiting ?? {};
  const done = [...takedown.done, { step, atMs }];
  return { ...rest, done, ...(Object.keys(left).length > 0 && { waiting: left }) };
}
