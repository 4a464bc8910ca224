import type { Cell } from './cell.ts';
import type { Publisher, Worker } from './members.ts';

/** What must be true of a region when it has recovered: each broadcast on air has exactly one owner, which holds its lease. */
export function audit(cell: Cell): string[] {
  const owners = new Map<string, Worker[]>();
  for (const worker of cell.livingWorkers) {
    if (worker.publishers.size > worker.capacity)
      return [`${worker.id} has ${worker.publishers.size} broadcasts`];
    for (const id of worker.publishers.keys()) owners.set(id, [...(owners.get(id) ?? []), worker]);
  }
  return [...cell.publishers.values()]
    .filter(({ proxy, isSearching }) => proxy?.alive && !isSearching)
    .flatMap(({ id }) => {
      const [owner, ...others] = owners.get(id) ?? [];
      if (!owner || others.length > 0) return [`${id} has ${owner ? 1 + others.length : 0} owners`];
      const lease = cell.leases.get(id, cell.timeline.nowMs);
      const holds = lease?.workerId === owner.id && !lease.released;
      return holds ? [] : [`${id} is on ${owner.id}, but its lease is ${lease?.workerId}'s`];
    });
}

/** Which worker each broadcast is on. */
export const placement = (cell: Cell): ReadonlyMap<Publisher, Worker | undefined> =>
  new Map([...cell.publishers.values()].map((publisher) => [publisher, publisher.worker]));

export interface Moves {
  /** Broadcasts still on air whose worker is gone: the least that must move. */
  readonly least: number;
  readonly moved: number;
  /** Those whose worker is still there. */
  readonly needless: number;
}

/** What has become of the broadcasts that are still on air. */
export function movesSince(before: ReadonlyMap<Publisher, Worker | undefined>): Moves {
  const lasting = [...before].filter(([{ ended }]) => !ended);
  const moved = lasting.filter(([publisher, worker]) => publisher.worker !== worker);
  return {
    least: lasting.filter(([, worker]) => !worker?.alive).length,
    moved: moved.length,
    needless: moved.filter(([, worker]) => worker?.alive).length,
  };
}
