import { faultsOf } from './faults.ts';
import { playThrough } from './pipeline.ts';
import { play, scheduleOf } from './schedule.ts';

/** Plays `count` schedules, from this seed on; the first few whose viewers get what they must not, in words. */
export function faultySchedules(from: number, count: number): string[] {
  const out: string[] = [];
  for (let seed = from; seed < from + count && out.length < 5; seed++) {
    const schedule = scheduleOf(seed);
    const sent = play(schedule);
    const faults = faultsOf(schedule, sent, playThrough(sent));
    if (faults.length > 0) out.push([JSON.stringify(schedule), ...faults.slice(0, 8)].join('\n'));
  }
  return out;
}
