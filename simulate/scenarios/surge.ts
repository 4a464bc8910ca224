import { audit } from '../cell/audit.ts';
import { Cell } from '../cell/cell.ts';
import { begin, startChurn } from '../cell/churn.ts';
import { scaleFleets } from '../cell/scaling.ts';
import type { CellSize } from '../cell/size.ts';
import { Tasks } from '../cell/tasks.ts';
import type { Figure } from '../model.ts';
import { Random } from '../world/random.ts';
import { Timeline } from '../world/timeline.ts';
import { figure, loadFigures, scalingFigures } from './figures.ts';

const beginsAtMs = 60_000;
const withinMs = 5 * 60_000;
const untilMs = 15 * 60_000;

/** So many more broadcasts as a share of those on air, within five minutes. */
const share = 0.8;

export interface Surge {
  readonly figures: readonly Figure[];
  readonly broken: readonly string[];
  readonly refused: number;
}

/** An event brings its broadcasts: 80 % more than are on air begin within five minutes. */
export async function surge(size: CellSize, options: { seed: number; population: number }): Promise<Surge> {
  const timeline = new Timeline();
  const cell = new Cell(timeline, size, options);
  const more = surgeOf(size);
  cell.start();
  startChurn(cell);
  const fleets = scaleFleets(
    cell,
    Array.from({ length: size.zones }, (_, zone) => zone),
  );
  await timeline.run(beginsAtMs);
  let lastOnAirMs = 0;
  for (let at = 0; at < more; at++)
    timeline.after(cell.random.between(0, withinMs), () => {
      void begin(cell).then(() => {
        lastOnAirMs = timeline.nowMs;
      });
    });
  let least = Number.POSITIVE_INFINITY;
  timeline.every(1_000, 0, () => {
    const room = cell.livingWorkers.reduce((sum, { capacity, load }) => sum + capacity - load, 0);
    least = Math.min(least, room);
  });
  await timeline.run(beginsAtMs + untilMs);
  const { ledger } = cell;
  const refused = ledger.refused.size;
  return {
    broken: audit(cell),
    refused,
    figures: [
      figure('worker tasks when it begins', size.workers),
      figure('broadcasts of the event', more),
      figure('broadcasters refused at least once', refused),
      figure('least room in the fleet, in streams', least),
      figure('the event’s last broadcast on air after', (lastOnAirMs - beginsAtMs) / 1000, 's'),
      ...scalingFigures(fleets.workers, beginsAtMs),
      ...loadFigures(ledger, timeline.nowMs),
    ],
  };
}

/** The same region with room for the event and its headroom beside, and with proxies for it. */
export function preparedFor(size: CellSize): CellSize {
  const grown = 1 + share;
  return { ...size, workers: Math.ceil(size.workers * grown), proxies: Math.ceil(size.proxies * grown) };
}

/** How long it takes until all tasks that a schedule asks for serve, in ms. */
export async function leadMs(size: CellSize, seed: number): Promise<number> {
  const timeline = new Timeline();
  let atMs = 0;
  new Tasks(timeline, new Random(seed)).start(preparedFor(size).workers - size.workers, () => {
    atMs = timeline.nowMs;
  });
  await timeline.run(Number.MAX_SAFE_INTEGER);
  return atMs;
}

const surgeOf = (size: CellSize): number => Math.round(size.onAir * share);
