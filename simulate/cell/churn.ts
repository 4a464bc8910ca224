import { audience } from '../world/facts.ts';
import { connect } from './broadcasters.ts';
import type { Cell } from './cell.ts';
import type { Publisher } from './members.ts';

/** Broadcasts end, and others begin, so that about as many stay on air. */
export function startChurn(cell: Cell): void {
  const { timeline, random } = cell;
  for (const publisher of cell.publishers.values()) planEnd(cell, publisher);
  const meanMs = audience.broadcastMs / cell.size.onAir;
  const next = (): void =>
    timeline.after(random.exponential(meanMs), () => {
      next();
      void begin(cell);
    });
  next();
}

/** A broadcaster goes on air. Resolves once it is. */
export async function begin(cell: Cell): Promise<void> {
  const publisher = cell.newPublisher();
  await connect(cell, publisher);
  planEnd(cell, publisher);
}

function planEnd(cell: Cell, publisher: Publisher): void {
  cell.timeline.after(cell.random.exponential(audience.broadcastMs), () => cell.end(publisher));
}
