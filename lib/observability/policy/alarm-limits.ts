import type { Deployment } from '../../config/deployment.ts';
import type { AlarmLimits } from './alarm-row.ts';

/**
 * The limits that a deployment's sizes give. A GPU pool that may be empty does not count for the room that must always be
 * there: with nobody on air its alarm would never end.
 */
export function alarmLimits({
  proxies,
  cpuEncoders,
  gpuEncoders,
}: Pick<Deployment['compute'], 'proxies' | 'cpuEncoders' | 'gpuEncoders'>): AlarmLimits {
  const standing = gpuEncoders && gpuEncoders.minTasks > 0 ? [gpuEncoders] : [];
  return {
    proxySessions: proxies.connections,
    workerStreams: Math.max(cpuEncoders.streams, ...standing.map(({ streams }) => streams)),
    maxCpuWorkers: cpuEncoders.maxTasks,
    ...(gpuEncoders && { maxGpuWorkers: gpuEncoders.maxTasks }),
  };
}
