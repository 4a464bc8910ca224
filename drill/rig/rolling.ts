import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';
import type { DrillContext } from '../model.ts';
import { within } from './waiting.ts';

/** What ECS allows a task between SIGTERM and SIGKILL. */
const drainWithinMs = 120_000;

/** The pid of the currently running process of this name. */
export function runningPid(platform: Platform, name: string): number {
  const restarted = platform.events.findLast(
    ({ event, process }) => event === 'process.restarted' && process === name,
  );
  return restarted === undefined ? platform.pidOf(name) : Number(restarted.pid);
}

/** Names of the processes with this role. */
export const namesOf = ({ ready }: Platform, role: string): string[] =>
  ready.processes.filter((one) => one.role === role).map(({ name }) => name);

/**
 * Replaces processes like a deploy, one after another: stops each (SIGTERM), and moves to the next once its successor is
 * running. Resolves when all successors are running and all predecessors have ended. Throws `NotHappenedError`.
 */
export async function roll(
  platform: Platform,
  names: readonly string[],
  context: DrillContext,
): Promise<void> {
  const ended: Promise<PlatformEvent>[] = [];
  for (const name of names) {
    const next = (...events: readonly string[]): Promise<PlatformEvent> =>
      within(
        drainWithinMs,
        `${events.join(' or ')} of ${name}`,
        platform.waitForNext(({ event, process }) => events.includes(event) && process === name),
      );
    // It may end before or after its successor starts.
    const end = next('process.exited', 'process.left');
    const up = next('process.restarted');
    ended.push(end);
    context.mark('fault', `drain of ${name}`);
    process.kill(runningPid(platform, name), 'SIGTERM');
    await up;
  }
  await Promise.all(ended);
}
