import { tasksFor } from '../../lib/config/fleet-scaling.ts';
import { leaseMs } from '../../lib/encoder/lease/policy/fence.ts';
import { audit, movesSince, placement } from '../cell/audit.ts';
import { Cell } from '../cell/cell.ts';
import { startChurn } from '../cell/churn.ts';
import { lose } from '../cell/faults.ts';
import { scaleFleets } from '../cell/scaling.ts';
import type { CellSize } from '../cell/size.ts';
import { startSweeps } from '../cell/sweeps.ts';
import type { Scenario, ScenarioReport } from '../model.ts';
import { facts } from '../world/facts.ts';
import { Timeline } from '../world/timeline.ts';
import { figure, loadFigures, scalingFigures, spreadOf } from './figures.ts';

const lostAtMs = 30_000;
/** Long enough for replacements to start and for everyone to be on air again. */
const afterMs = 8 * 60_000;

/** Kept free of each fleet so that what is left can carry what a lost zone of three had, and a little more. */
const enoughPercent = 40;

/** A zone of the first region is lost: a third of its workers and proxies, without a word. */
export const zoneLost: Scenario = {
  name: 'zone',
  title: 'A zone of one region is lost',
  async run({ cells: [size], population }, seed) {
    if (!size) throw new Error('There is no region');
    const usual = await loseZone(size, { seed, population });
    const roomy = await loseZone(withHeadroom(size, enoughPercent), { seed, population });
    const others = ['broadcasters refused at least once', 'everyone on air again after'];
    return {
      name: 'zone',
      title: zoneLost.title,
      broken: [...usual.broken, ...roomy.broken],
      figures: [
        ...usual.figures,
        ...roomy.figures
          .filter(({ name }) => others.includes(name))
          .map((each) => ({ ...each, name: `with ${enoughPercent} % kept free: ${each.name}` })),
      ],
    };
  },
};

/** The same broadcasts on larger fleets. */
const withHeadroom = (size: CellSize, headroomPercent: number): CellSize => ({
  ...size,
  headroomPercent,
  workers: tasksFor(size.onAir, size.streamsPerWorker, headroomPercent),
  proxies: tasksFor(size.onAir, size.publishersPerProxy, headroomPercent),
});

async function loseZone(
  size: CellSize,
  options: { seed: number; population: number },
): Promise<Pick<ScenarioReport, 'figures' | 'broken'>> {
  const timeline = new Timeline();
  const cell = new Cell(timeline, size, options);
  cell.start();
  startSweeps(cell);
  startChurn(cell);
  const [lostZone, ...others] = Array.from({ length: size.zones }, (_, zone) => zone);
  const fleets = scaleFleets(cell, others);
  await timeline.run(lostAtMs);

  const before = placement(cell);
  const workers = cell.livingWorkers.filter(({ zone }) => zone === lostZone);
  const proxies = cell.livingProxies.filter(({ zone }) => zone === lostZone);
  lose(cell, workers, proxies);
  const room = cell.livingWorkers.reduce((sum, { capacity, load }) => sum + capacity - load, 0);
  timeline.after(facts.taskLossNoticedMs, () => {
    fleets.workers.replace(workers.length);
    fleets.proxies.replace(proxies.length);
  });
  let allBackAtMs = Number.NaN;
  timeline.every(1_000, 1_000, () => {
    const waiting = [...before.keys()].some(
      ({ ended, interruptedAtMs }) => !ended && interruptedAtMs !== undefined,
    );
    if (waiting) allBackAtMs = Number.NaN;
    else if (Number.isNaN(allBackAtMs)) allBackAtMs = timeline.nowMs;
  });
  await timeline.run(lostAtMs + afterMs);

  const { ledger } = cell;
  const { least, moved, needless } = movesSince(before);
  return {
    broken: audit(cell),
    figures: [
      figure('broadcasts on air', before.size),
      figure('workers lost', workers.length),
      figure('proxies lost', proxies.length),
      figure('broadcasts that lost their worker and lasted (the least that must move)', least),
      figure('of them moved', moved - needless),
      figure('moved without need', needless),
      figure('room left elsewhere, in streams', room),
      ...spreadOf('worker lost, moved by the proxy', ledger.takeovers['worker lost']),
      ...spreadOf('proxy lost, the broadcaster returns', ledger.takeovers['proxy lost']),
      ...spreadOf('worker and proxy lost', ledger.takeovers['worker and proxy lost']),
      figure('broadcasts that sweeps picked up', ledger.swept),
      figure('broadcasters refused at least once', ledger.refused.size),
      figure('everyone on air again after', (allBackAtMs - lostAtMs) / 1000, 's'),
      figure('lease time (the least for a lost worker)', leaseMs / 1000, 's'),
      ...scalingFigures(fleets.workers, lostAtMs),
      ...loadFigures(ledger, timeline.nowMs),
    ],
  };
}
