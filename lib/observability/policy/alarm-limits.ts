import type { Deployment } from '../../config/deployment.ts';
import type { AlarmLimits } from './alarm-definition.ts';

/** Derives the alarm limits from a deployment's sizes. */
export function alarmLimits({
  compute: { proxies, cpuEncoders, gpuEncoders },
  partMs,
}: Pick<Deployment, 'compute' | 'partMs'>): AlarmLimits {
  return {
    heldMs: 3 * partMs,
    proxySessions: proxies.connections,
    workerStreams: Math.max(cpuEncoders.streams, gpuEncoders?.streams ?? 0),
    maxCpuWorkers: cpuEncoders.maxTasks,
    ...(gpuEncoders && { maxGpuWorkers: gpuEncoders.maxTasks }),
  };
}
