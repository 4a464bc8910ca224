import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';
import type { DrillContext } from '../model.ts';
import { within } from './waiting.ts';

/** What ECS gives a task between SIGTERM and SIGKILL. */
const drainWithinMs = 120_000;

/** The pid of the process of this name that runs now. */
export function runningPid(platform: Platform, name: string): number {
  const restarted = platform.events.findLast(
    ({ event, process }) => event === 'process.restarted' && process === name,
  );
  return restarted === undefined ? platform.pidOf(name) : Number(restarted.pid);
}

/** Names of the processes of this role. */
export const namesOf = ({ ready }: Platform, role: string): string[] =>
  ready.processes.filter((one) => one.role === role).map(({ name }) => name);

/**
 * Replaces processes as a deploy does, one after another: each is told to stop (SIGTERM), and the next when its successor
 * is up. Resolves when all successors are up and all predecessors have ended. Throws `NotHappenedError`.
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
    // Either ends before its successor starts, or after it.
    const end = next('process.exited', 'process.left');
    const up = next('process.restarted');
    ended.push(end);
    context.mark('fault', `drain of ${name}`);
    process.kill(runningPid(platform, name), 'SIGTERM');
    await up;
  }
  await Promise.all(ended);
}
