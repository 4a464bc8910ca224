import type { Takedown, TakedownProgress, TakedownState } from '../api/types.ts';
import { formatElapsed } from './format.ts';

/** The machine goes one of two ways, and may be turned round from where it stands. */
export type TakedownDirection = 'takedown' | 'restore';

type Step = TakedownProgress['step'];

export const directionOf = (state: TakedownState): TakedownDirection =>
  state === 'taking-down' || state === 'taken-down' ? 'takedown' : 'restore';

/** True while steps are left to do. */
export const isMoving = (state: TakedownState): boolean => state === 'taking-down' || state === 'restoring';

/** What is to be done, and what is said once it is. */
const stepWords: Readonly<
  Record<TakedownDirection, Readonly<Record<Step, readonly [todo: string, done: string]>>>
> = {
  takedown: {
    refuse: ['Refuse the publisher', 'The publisher is refused'],
    deny: ['Deny it at the edge', 'The edge denies it'],
    cut: ['Cut the broadcast', 'Nothing is on air'],
    invalidate: ['Clear the caches', 'No cache holds any of it'],
    quarantine: ['Put the recordings into quarantine', 'The recordings are in quarantine'],
  },
  restore: {
    quarantine: ['Bring the recordings back', 'The recordings are back'],
    invalidate: ['Clear the caches', 'The caches are clear'],
    cut: ['Let broadcasts run', 'Broadcasts may run'],
    deny: ['Let the edge deliver it', 'The edge delivers it'],
    refuse: ['Let the publisher in', 'The publisher may come in'],
  },
};

/** The steps in the order in which they are done. They stand there before the first report, so that nothing moves when it comes. */
const stepsInOrder: Readonly<Record<TakedownDirection, readonly Step[]>> = {
  takedown: ['refuse', 'deny', 'cut', 'invalidate', 'quarantine'],
  restore: ['quarantine', 'deny', 'refuse'],
};

/** A line of the list of steps. */
export interface StepLine {
  readonly step: Step;
  readonly done: boolean;
  readonly words: string;
  /** When it was done. */
  readonly note: string;
  /** What it waits for. */
  readonly detail: string | undefined;
}

/** The steps as people read them; without a report they all wait. */
export function stepLines(direction: TakedownDirection, report: Takedown | undefined): readonly StepLine[] {
  const order = stepsInOrder[direction];
  const steps: readonly TakedownProgress[] =
    report?.steps ?? order.map((step) => ({ step, state: 'waiting' }));
  const inOrder = steps.toSorted((a, b) => order.indexOf(a.step) - order.indexOf(b.step));
  return inOrder.map(({ step, state, afterMs, detail }) => {
    const done = state === 'done';
    const [todo, said] = stepWords[direction][step];
    const after = afterMs === undefined ? 'done' : formatElapsed(afterMs);
    return {
      step,
      done,
      words: done ? said : todo,
      note: done ? after : 'waiting',
      detail: done ? undefined : detail,
    };
  });
}

/** How far it is in a sentence, with the seconds that were measured. */
export function takedownSummary(direction: TakedownDirection, report: Takedown | undefined): string {
  const { darkAfterMs, doneAfterMs } = report ?? {};
  const done = doneAfterMs === undefined ? '' : ` All was done after ${formatElapsed(doneAfterMs)}.`;
  if (direction === 'restore')
    return done === '' ? 'It is being brought back.' : `It can be watched again.${done}`;
  if (darkAfterMs === undefined) return 'Viewers may still see it.';
  return `Dark for every viewer after ${formatElapsed(darkAfterMs)}.${done}`;
}

export const takedownTitles: Readonly<Record<TakedownState, string>> = {
  'taking-down': 'This stream is being taken down',
  'taken-down': 'This stream is taken down',
  restoring: 'This stream is being restored',
  restored: 'This stream was restored',
};
