import { maxHeldMs } from '../../lib/encoder/lease/policy/protection-schedule.ts';
import { fleetDrainMs } from '../../lib/ingest/policy/fleet-drain.ts';
import { facts } from '../world/facts.ts';
import { connect } from './broadcasters.ts';
import type { Cell } from './cell.ts';
import { drain } from './handover.ts';
import type { IngestProxy } from './members.ts';
import { Tasks } from './tasks.ts';

/** What a rolling deploy came to. */
export interface Deploy {
  /** Most tasks at the same time, old and new. */
  mostTasks: number;
  /** Most workers that handed over at the same time. */
  mostDraining: number;
  proxiesDoneAtMs: number | undefined;
  workersDoneAtMs: number | undefined;
  /** Hours that both versions' workers ran beyond the size of the fleet. */
  extraTaskHours: number;
}

/** Workers have had broadcasts for some time when a deploy begins: each has used some of its two hours. */
export function ageHolds(cell: Cell): void {
  for (const worker of cell.workers.values())
    worker.hold.granted('hold', cell.timeline.nowMs - cell.random.between(0, maxHeldMs));
}

/** ECS replaces both services' tasks: new ones first, at most twice as many in all; old ones as their protection ends. */
export function rollOut(cell: Cell): Deploy {
  const { timeline, random, size } = cell;
  const deploy: Deploy = {
    mostTasks: 0,
    mostDraining: 0,
    proxiesDoneAtMs: undefined,
    workersDoneAtMs: undefined,
    extraTaskHours: 0,
  };
  const desired = cell.workers.size;
  new Tasks(timeline, random).start(desired, (index) => cell.addWorker(index % size.zones, 1));
  const step = (): void => {
    const workers = cell.livingWorkers;
    const old = workers.filter(({ generation }) => generation === 0);
    const draining = old.filter((worker) => worker.draining).length;
    deploy.mostTasks = Math.max(deploy.mostTasks, workers.length);
    deploy.extraTaskHours += ((workers.length - desired) * facts.deploymentStepMs) / 3_600_000;
    let begun = 0;
    let spare = workers.length - draining - desired;
    for (const worker of old) {
      if (spare <= 0) break;
      if (worker.draining || worker.hold.held) continue;
      spare--;
      begun++;
      void drain(cell, worker);
    }
    deploy.mostDraining = Math.max(deploy.mostDraining, draining + begun);
    if (old.length > 0) timeline.after(facts.deploymentStepMs, step);
    else deploy.workersDoneAtMs = timeline.nowMs;
  };
  timeline.after(facts.deploymentStepMs, step);
  rollProxies(cell, deploy);
  return deploy;
}

function rollProxies(cell: Cell, deploy: Deploy): void {
  const { timeline, random, size } = cell;
  const old = [...cell.proxies];
  let left = old.length;
  new Tasks(timeline, random).start(old.length, (index) =>
    timeline.after(facts.targetHealthyMs, () => {
      cell.addProxy(index % size.zones);
      void replace(cell, old[index]!).then(() => {
        left--;
        if (left === 0) deploy.proxiesDoneAtMs = timeline.nowMs;
      });
    }),
  );
}

async function replace(cell: Cell, proxy: IngestProxy): Promise<void> {
  const { timeline, random } = cell;
  proxy.leaving = true;
  await timeline.sleep(facts.deregistrationMs + fleetDrainMs);
  proxy.alive = false;
  for (const publisher of proxy.publishers) {
    publisher.proxy = undefined;
    publisher.interruptedAtMs ??= timeline.nowMs;
    const pauseMs = facts.reconnectMs.firstMs * random.between(0.8, 1.2);
    timeline.after(pauseMs, () => void connect(cell, publisher, 'proxy replaced'));
  }
  proxy.publishers.clear();
}
