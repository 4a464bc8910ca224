import { fleetDrainMs } from '../../lib/ingest/policy/fleet-drain.ts';
import { audit, movesSince, placement } from '../cell/audit.ts';
import { Cell } from '../cell/cell.ts';
import { startChurn } from '../cell/churn.ts';
import { ageHolds, rollOut } from '../cell/deployment.ts';
import type { Scenario } from '../model.ts';
import { Timeline } from '../world/timeline.ts';
import { figure, loadFigures, spreadOf } from './figures.ts';

const beginsAtMs = 10_000;
/** Workers may be held for two hours, and then hand over. */
const mostMs = 3 * 3_600_000;

/** Both services of the first region get a new version while it is as busy as its headroom allows. */
export const rollingDeploy: Scenario = {
  name: 'deploy',
  title: 'A rolling deploy of one region',
  async run({ cells: [size], population }, seed) {
    if (!size) throw new Error('There is no region');
    const timeline = new Timeline();
    const cell = new Cell(timeline, size, { seed, population });
    ageHolds(cell);
    cell.start();
    startChurn(cell);
    await timeline.run(beginsAtMs);
    const before = placement(cell);
    const deploy = rollOut(cell);
    const isDone = (): boolean =>
      deploy.workersDoneAtMs !== undefined && deploy.proxiesDoneAtMs !== undefined;
    await timeline.run(beginsAtMs + mostMs, isDone);
    await timeline.run(timeline.nowMs + 2 * fleetDrainMs);

    const { ledger } = cell;
    const { least, moved, needless } = movesSince(before);
    const since = (atMs = Number.NaN): number => (atMs - beginsAtMs) / 1000;
    return {
      name: 'deploy',
      title: rollingDeploy.title,
      broken: [...audit(cell), ...(isDone() ? [] : ['the deploy did not end'])],
      figures: [
        figure('broadcasts on air when it begins', before.size),
        figure('of them still on air at its end', least),
        figure('of them moved', moved - needless),
        figure('moved without need', needless),
        ...spreadOf('handed over, gap between two workers', ledger.takeovers['handed over']),
        ...spreadOf('workers that found nobody with room', ledger.takeovers['worker lost']),
        ...spreadOf('proxy replaced, the broadcaster returns', ledger.takeovers['proxy replaced']),
        figure('broadcasters refused at least once', ledger.refused.size),
        figure('all proxies are new after', since(deploy.proxiesDoneAtMs), 's'),
        figure('all workers are new after', since(deploy.workersDoneAtMs), 's'),
        figure('most worker tasks at once', deploy.mostTasks),
        figure('workers handing over at once, most', deploy.mostDraining),
        figure('task hours beyond the fleet', deploy.extraTaskHours, 'h'),
        ...loadFigures(ledger, timeline.nowMs),
      ],
    };
  },
};
