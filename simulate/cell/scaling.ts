import { fleetScaling, targetPerTask, targetUtilizationPercent } from '../../lib/config/fleet-scaling.ts';
import { facts } from '../world/facts.ts';
import type { Timeline } from '../world/timeline.ts';
import type { Cell } from './cell.ts';
import { Tasks } from './tasks.ts';

/** One decision to scale out. */
export interface ScaleOut {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
}

export interface TrackedFleet {
  readonly timeline: Timeline;
  readonly tasks: Tasks;
  readonly size: number;
  readonly maxTasks: number;
  /** The average of the tasks. */
  readonly metric: () => number;
  readonly target: number;
  /** A new task serves. */
  readonly add: (index: number) => void;
}

/**
 * Application Auto Scaling, tracking a target. Scale-in is left out: it takes 15 minutes, and then only tasks without broadcasts; during
 * a deployment ECS forbids it.
 */
export class TargetTracking {
  readonly decisions: ScaleOut[] = [];
  readonly #fleet: TrackedFleet;
  #desired: number;
  #above = 0;
  #decidedAtMs = Number.NEGATIVE_INFINITY;

  constructor(fleet: TrackedFleet) {
    this.#fleet = fleet;
    this.#desired = fleet.size;
    fleet.timeline.every(fleetScaling.periodMs, fleetScaling.periodMs, () => this.#evaluate());
  }

  /** Replaces tasks that were lost. */
  replace(count: number): void {
    this.#fleet.tasks.start(count, this.#fleet.add);
  }

  #evaluate(): void {
    const { timeline, metric, target, maxTasks, tasks, add } = this.#fleet;
    const value = metric();
    this.#above = value > target ? this.#above + 1 : 0;
    const isCool = timeline.nowMs - this.#decidedAtMs >= fleetScaling.scaleOutCooldownMs;
    if (this.#above < facts.periodsAboveTarget || !isCool) return;
    const to = Math.min(maxTasks, Math.ceil((this.#desired * value) / target));
    if (to <= this.#desired) return;
    this.decisions.push({ atMs: timeline.nowMs, from: this.#desired, to });
    tasks.start(to - this.#desired, add);
    this.#desired = to;
    this.#decidedAtMs = timeline.nowMs;
  }
}

/** Both fleets of a region scale as their constructs say. `zones`: where new tasks go. */
export function scaleFleets(
  cell: Cell,
  zones: readonly number[],
): { readonly workers: TargetTracking; readonly proxies: TargetTracking } {
  const { timeline, random, size } = cell;
  const zoneOf = (index: number): number => zones[index % zones.length]!;
  const workers = new TargetTracking({
    timeline,
    tasks: new Tasks(timeline, random),
    size: size.workers,
    maxTasks: size.maxTasks,
    metric: () => cell.utilizationPercent,
    target: targetUtilizationPercent(size.headroomPercent),
    add: (index) => void cell.addWorker(zoneOf(index), 1),
  });
  const proxies = new TargetTracking({
    timeline,
    tasks: new Tasks(timeline, random),
    size: size.proxies,
    maxTasks: size.maxTasks,
    metric: () => cell.publishersPerProxy,
    target: targetPerTask(size.publishersPerProxy, size.headroomPercent),
    add: (index) => timeline.after(facts.targetHealthyMs, () => void cell.addProxy(zoneOf(index))),
  });
  return { workers, proxies };
}
