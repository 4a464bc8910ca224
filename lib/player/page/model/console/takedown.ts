import type { Takedown, TakedownProgress, TakedownState } from '../../api/types.ts';
import { formatElapsed } from '../format.ts';

/** A takedown and a restore can each be reversed at any point. */
export type TakedownDirection = 'takedown' | 'restore';

type Step = TakedownProgress['step'];

export const directionOf = (state: TakedownState): TakedownDirection =>
  state === 'taking-down' || state === 'taken-down' ? 'takedown' : 'restore';

/** True while steps remain. */
export const isMoving = (state: TakedownState): boolean => state === 'taking-down' || state === 'restoring';

/** Texts for each step, before and after it is done. */
const stepWords: Readonly<
  Record<TakedownDirection, Readonly<Record<Step, readonly [todo: string, done: string]>>>
> = {
  takedown: {
    refuse: ['Refuse the broadcaster', 'Broadcaster refused'],
    deny: ['Block it at the edge', 'Blocked at the edge'],
    cut: ['End the broadcast', 'Nothing on air'],
    invalidate: ['Clear the caches', 'Caches cleared'],
    quarantine: ['Quarantine the recordings', 'Recordings quarantined'],
  },
  restore: {
    quarantine: ['Bring the recordings back', 'Recordings are back'],
    invalidate: ['Clear the caches', 'Caches cleared'],
    cut: ['Allow broadcasts', 'Broadcasts allowed'],
    deny: ['Unblock it at the edge', 'Unblocked at the edge'],
    refuse: ['Allow the broadcaster', 'Broadcaster allowed'],
  },
};

/** The steps in execution order. Shown before the first report, so that the layout doesn't shift when it arrives. */
const stepsInOrder: Readonly<Record<TakedownDirection, readonly Step[]>> = {
  takedown: ['refuse', 'deny', 'cut', 'invalidate', 'quarantine'],
  restore: ['quarantine', 'deny', 'refuse'],
};

/** A line in the list of steps. */
export interface StepLine {
  readonly step: Step;
  readonly done: boolean;
  readonly words: string;
  /** When the step was done. */
  readonly note: string;
  /** What the step is waiting for. */
  readonly detail: string | undefined;
}

/** The steps for display; without a report, all are waiting. */
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

/** The progress in one line, with the measured times. */
export function takedownSummary(direction: TakedownDirection, report: Takedown | undefined): string {
  const { darkAfterMs, doneAfterMs } = report ?? {};
  const done = doneAfterMs === undefined ? '' : `; completed in ${formatElapsed(doneAfterMs)}`;
  if (direction === 'restore') return done === '' ? 'Restoring…' : `Viewers can watch it again${done}`;
  if (darkAfterMs === undefined) return 'Viewers may still see it';
  return `Stopped for all viewers in ${formatElapsed(darkAfterMs)}${done}`;
}

export const takedownTitles: Readonly<Record<TakedownState, string>> = {
  'taking-down': 'This stream is being taken down',
  'taken-down': 'This stream has been taken down',
  restoring: 'This stream is being restored',
  restored: 'This stream has been restored',
};
