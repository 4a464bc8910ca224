import { percentile } from '../../testkit/report/statistics.ts';
import { audit } from '../cell/audit.ts';
import { Cell } from '../cell/cell.ts';
import { lose } from '../cell/faults.ts';
import { Tasks } from '../cell/tasks.ts';
import type { Scenario } from '../model.ts';
import { facts } from '../world/facts.ts';
import { Timeline } from '../world/timeline.ts';
import { figure, loadFigures } from './figures.ts';

const lostAtMs = 10_000;
const outageMs = 15 * 60_000;
/** After the region is back. */
const afterMs = 10 * 60_000;

/** The first region is lost, and comes back empty after a quarter of an hour; the others go on. */
export const regionLost: Scenario = {
  name: 'region',
  title: 'A region is lost for 15 minutes and comes back with no task running',
  async run({ cells, population }, seed) {
    const timeline = new Timeline();
    const all = cells.map((size) => new Cell(timeline, size, { seed, population }));
    const [lost, ...others] = all;
    if (!lost) throw new Error('There is no region');
    for (const cell of all) cell.start();
    await timeline.run(lostAtMs);
    const onAir = lost.publishers.size;
    const elsewhere = others.reduce((sum, cell) => sum + cell.onAir, 0);
    lost.dark = true;
    lose(lost, lost.livingWorkers, lost.livingProxies, 'region lost');
    await timeline.run(lostAtMs + outageMs);

    const backAtMs = timeline.nowMs;
    lost.dark = false;
    for (const worker of [...lost.workers.values()]) lost.removeWorker(worker);
    const tasks = new Tasks(timeline, lost.random);
    const { zones, workers, proxies } = lost.size;
    const proxyTasks = new Tasks(timeline, lost.random);
    tasks.start(workers, (index) => lost.addWorker(index % zones, 1));
    proxyTasks.start(proxies, (index) =>
      timeline.after(facts.targetHealthyMs, () => lost.addProxy(index % zones)),
    );
    await timeline.run(backAtMs + afterMs);

    const { ledger } = lost;
    const backMs = ledger.takeovers['region lost'].map((ms) => ms - outageMs);
    const at = (percent: number): number => percentile(backMs, percent) / 1000;
    return {
      name: 'region',
      title: regionLost.title,
      broken: all.flatMap(audit),
      figures: [
        figure('broadcasts that went dark', onAir),
        figure(
          'of them moved to another region',
          0,
          '',
          'keys, leases and recordings belong to one region (decision 10)',
        ),
        figure('broadcasts elsewhere', elsewhere),
        figure(
          'of them moved or refused',
          sum(others, (cell) => cell.ledger.unserved + cell.ledger.reconnects),
        ),
        figure('on air again after the return', backMs.length),
        figure('on air again: p50', at(50), 's', 'since the return'),
        figure('on air again: p95', at(95), 's'),
        figure('on air again: most', at(100), 's'),
        figure('broadcasters refused at least once', ledger.refused.size),
        ...loadFigures(ledger, timeline.nowMs),
      ],
    };
  },
};

const sum = (cells: readonly Cell[], of: (cell: Cell) => number): number =>
  cells.reduce((total, cell) => total + of(cell), 0);
