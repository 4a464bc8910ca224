/** An announced event: room for its broadcasts is made in advance. Times are ISO 8601, in UTC. */
export interface ScheduledEvent {
  readonly name: string;
  readonly from: string;
  readonly until: string;
  /** Broadcasts at the same time, in each region, with those that are on air anyway. */
  readonly streams: number;
}

/** A fleet's minimum from now on, and the changes of it that lie ahead. */
export interface CapacityPlan {
  readonly minTasks: number;
  readonly changes: readonly { readonly id: string; readonly at: Date; readonly minTasks: number }[];
}

/**
 * How long before an event its tasks are asked for. By simulation (docs/scale.md) 533 tasks serve after 151 s; the rest is for a start
 * that fails and is repeated, and for somebody to look.
 */
export const scheduledLeadMs = 15 * 60_000;

/**
 * The plan of one fleet. `tasksFor`: how many tasks an event's streams need. Changes that lie in the past are left out: a deploy during
 * an event sets the event's minimum at once. Events must not overlap.
 */
export function capacityPlan(
  events: readonly ScheduledEvent[],
  leastTasks: number,
  tasksFor: (streams: number) => number,
  nowMs: number,
): CapacityPlan {
  let minTasks = leastTasks;
  const changes: { id: string; at: Date; minTasks: number }[] = [];
  for (const { name, from, until, streams } of events) {
    const [beginsMs, endsMs] = [Date.parse(from) - scheduledLeadMs, Date.parse(until)];
    const tasks = Math.max(leastTasks, tasksFor(streams));
    if (beginsMs > nowMs) changes.push({ id: `${name}-begins`, at: new Date(beginsMs), minTasks: tasks });
    else if (endsMs > nowMs) minTasks = tasks;
    if (endsMs > nowMs) changes.push({ id: `${name}-ends`, at: new Date(endsMs), minTasks: leastTasks });
  }
  return { minTasks, changes };
}

/** The first two events that overlap, the lead of each included; undefined if none do. */
export function overlapOf(
  events: readonly ScheduledEvent[],
): readonly [ScheduledEvent, ScheduledEvent] | undefined {
  const inOrder = events.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  for (const [at, event] of inOrder.entries()) {
    const next = inOrder[at + 1];
    if (next && Date.parse(next.from) - scheduledLeadMs <= Date.parse(event.until)) return [event, next];
  }
  return undefined;
}
