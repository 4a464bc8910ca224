import type { Deployment } from '../../config/deployment.ts';
import type { AlarmLimits } from './alarm-definition.ts';

/** Derives the alarm limits from a deployment's sizes. */
export function alarmLimits({
  proxies,
  cpuEncoders,
  gpuEncoders,
}: Pick<Deployment['compute'], 'proxies' | 'cpuEncoders' | 'gpuEncoders'>): AlarmLimits {
  return {
    proxySessions: proxies.connections,
    workerStreams: Math.max(cpuEncoders.streams, gpuEncoders?.streams ?? 0),
    maxCpuWorkers: cpuEncoders.maxTasks,
    ...(gpuEncoders && { maxGpuWorkers: gpuEncoders.maxTasks }),
  };
}
