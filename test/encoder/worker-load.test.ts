import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ControlStoreUnavailableError } from '../../lib/control-store/errors.ts';
import { Worker, type WorkerOptions } from '../../lib/encoder/worker.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A worker of the GPU pool that takes no streams, and the loads that it tells of. */
function idleWorker(heartbeat: () => Promise<void>) {
  const loads: object[] = [];
  const worker = new Worker({
    memberId: 'encoder-1',
    capacity: 8,
    pool: 'gpu',
    store: { heartbeat, listOpenBroadcasts: async () => ({ broadcasts: [] }), removeMember: async () => {} },
    clock: { nowMs: () => 0, wallMs: () => 0 },
    emit: (name: string, fields: object) => {
      if (name === 'encoder.load') loads.push(fields);
    },
  } as unknown as WorkerOptions);
  return { worker, loads };
}

describe('the load of a worker', () => {
  test('is logged every 10 s with its pool, until it drains', async () => {
    const { worker, loads } = idleWorker(async () => {});
    await worker.start();
    await jest.advanceTimersByTimeAsync(20_000);
    await worker.drain();
    await jest.advanceTimersByTimeAsync(60_000);
    const load = { broadcasts: 0, capacity: 8, utilizationPercent: 0, pool: 'gpu', storeUnavailable: 0 };
    expect(loads).toEqual([load, load]);
  });

  test('shows that the control store is unavailable', async () => {
    const { worker, loads } = idleWorker(async () => {
      throw new ControlStoreUnavailableError('down');
    });
    await worker.start();
    await jest.advanceTimersByTimeAsync(10_000);
    await worker.drain();
    expect(loads).toEqual([expect.objectContaining({ storeUnavailable: 1 })]);
  });
});
