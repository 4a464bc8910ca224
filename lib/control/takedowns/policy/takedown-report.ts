import type { Takedown, TakedownStep } from '../../../control-store/takedown.ts';
import { isDone, stepsOf, takedownState } from './takedown-machine.ts';

/** A takedown or restore, as reported to people. Times are in milliseconds since the request. */
export interface TakedownReport {
  readonly state: ReturnType<typeof takedownState>;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly askedAtMs: number;
  /** Takedowns only: when the stream stopped for all viewers. */
  readonly darkAfterMs?: number;
  readonly doneAfterMs?: number;
  readonly steps: readonly StepReport[];
}

export interface StepReport {
  readonly step: TakedownStep;
  readonly state: 'waiting' | 'done';
  readonly afterMs?: number;
  /** What an unfinished step is waiting for. */
  readonly detail?: string;
}

/** A stream is dark once the edge denies it and no cache can serve it. */
const darkSteps: readonly TakedownStep[] = ['deny', 'invalidate'];

export function takedownReport(takedown: Takedown): TakedownReport {
  const { direction, reason, askedAtMs, done, waiting } = takedown;
  // The clocks of two programs may differ slightly.
  const after = (steps: readonly TakedownStep[]): number | undefined =>
    steps.every((step) => isDone(takedown, step))
      ? Math.max(0, ...done.filter(({ step }) => steps.includes(step)).map(({ atMs }) => atMs - askedAtMs))
      : undefined;
  const darkAfterMs = direction === 'takedown' ? after(darkSteps) : undefined;
  const doneAfterMs = after(stepsOf(direction));
  return {
    state: takedownState(takedown),
    reason,
    askedAtMs,
    ...(darkAfterMs !== undefined && { darkAfterMs }),
    ...(doneAfterMs !== undefined && { doneAfterMs }),
    steps: stepsOf(direction).map((step) => {
      const afterMs = after([step]);
      if (afterMs !== undefined) return { step, state: 'done', afterMs };
      const detail = waiting?.[step];
      return { step, state: 'waiting', ...(detail !== undefined && { detail }) };
    }),
  };
}
