import { describe, expect, test } from '@jest/globals';
import { alarmLimits } from '../../../lib/observability/policy/alarm-limits.ts';
import { testDeployment } from '../../../testkit/aws/template.ts';

const limitsOf = (compute: object) => alarmLimits(testDeployment({ compute }));

describe('the limits of alarms', () => {
  test('follow the sizes of the fleets', () => {
    const compute = {
      proxies: { connections: 300 },
      cpuEncoders: { streams: 3, maxTasks: 40 },
    };
    expect(limitsOf(compute)).toEqual({
      proxySessions: 300,
      workerStreams: 3,
      maxCpuWorkers: 40,
      heldMs: 750,
    });
  });

  test('call a held request late after three parts, however long they are', () => {
    expect(alarmLimits(testDeployment({ partMs: 200 })).heldMs).toBe(600);
    expect(alarmLimits(testDeployment({ partMs: 1000 })).heldMs).toBe(3000);
  });

  test('ask for the room of a GPU worker where there are some', () => {
    const gpuEncoders = { streams: 8, maxTasks: 5 };
    expect(limitsOf({ gpuEncoders })).toMatchObject({ workerStreams: 8, maxGpuWorkers: 5 });
  });

  test('leave room at rest: a fleet without work raises no alarm', () => {
    for (const minTasks of [1, 2]) {
      const deployment = testDeployment({ compute: { gpuEncoders: { minTasks } } });
      const { compute } = deployment;
      const { cpuEncoders, gpuEncoders, proxies } = compute;
      const room =
        cpuEncoders.minTasks * cpuEncoders.streams +
        (gpuEncoders?.minTasks ?? 0) * (gpuEncoders?.streams ?? 0);
      const limits = alarmLimits(deployment);
      expect(room).toBeGreaterThanOrEqual(limits.workerStreams);
      expect(proxies.minTasks * proxies.connections).toBeGreaterThanOrEqual(limits.proxySessions);
    }
  });
});
