import type { Timeline } from './timeline.ts';

type Run = (...given: unknown[]) => void;

/** What `setTimeout` and `setInterval` give in simulated time. */
class SimulatedTimer {
  isCancelled = false;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

const cancel = (timer: unknown): void => {
  if (timer instanceof SimulatedTimer) timer.isCancelled = true;
};

/**
 * Runs `work` with the timers of the JavaScript host in simulated time, for programs that take no clock for them. Nothing else may run
 * meanwhile.
 */
export async function withSimulatedTimers<Result>(
  timeline: Timeline,
  work: () => Promise<Result>,
): Promise<Result> {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const start = (run: Run, ms: number, again: boolean, given: unknown[]): SimulatedTimer => {
    const timer = new SimulatedTimer();
    const due = (): void => {
      if (timer.isCancelled) return;
      if (again) timeline.after(ms, due);
      run(...given);
    };
    timeline.after(ms, due);
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: (run: Run, ms = 0, ...given: unknown[]) => start(run, ms, false, given),
    setInterval: (run: Run, ms = 0, ...given: unknown[]) => start(run, ms, true, given),
    clearTimeout: cancel,
    clearInterval: cancel,
  });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
  }
}
