import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { BaseService, ScalableTaskCount } from 'aws-cdk-lib/aws-ecs';
import { capacityPlan, type ScheduledEvent } from '../config/capacity-schedule.ts';
import { tasksFor } from '../config/fleet-scaling.ts';

export interface ScheduledCapacity {
  readonly minTasks: number;
  readonly maxTasks: number;
  /** Streams of one task. */
  readonly streams: number;
  /** Share of the fleet to keep free, in percent. */
  readonly headroomPercent: number;
  /** @default none */
  readonly events?: readonly ScheduledEvent[];
  /** Unix ms. @default when the template is made */
  readonly nowMs?: number;
}

/** Lets a service's number of tasks change between its limits; the lower one rises for announced events. */
export function scheduledTaskCount(service: BaseService, props: ScheduledCapacity): ScalableTaskCount {
  const { minTasks, maxTasks, streams, headroomPercent, events = [], nowMs = Date.now() } = props;
  const need = (count: number): number => tasksFor(count, streams, headroomPercent);
  const plan = capacityPlan(events, minTasks, need, nowMs);
  const scaling = service.autoScaleTaskCount({ minCapacity: plan.minTasks, maxCapacity: maxTasks });
  for (const change of plan.changes)
    scaling.scaleOnSchedule(change.id, { schedule: Schedule.at(change.at), minCapacity: change.minTasks });
  return scaling;
}
