import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { BudgetStop } from '../../../lib/control-store/budget-stop.ts';
import { ConditionFailedError } from '../../../lib/control-store/errors.ts';
import type { LeaseStore } from '../../../lib/control-store/ports.ts';
import type { BroadcastRecord, LeaseRecord } from '../../../lib/control-store/records.ts';
import { AdmissionError } from '../../../lib/encoder/admission-error.ts';
import { LeaseTaker } from '../../../lib/encoder/lease/lease-taker.ts';
import { leaseMs } from '../../../lib/encoder/lease/policy/fence.ts';
import { StoreWatch } from '../../../lib/encoder/lease/policy/store-watch.ts';
import type { RestoredPublication } from '../../../lib/encoder/publication/policy/recovery/restore.ts';
import { type BroadcastId, type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const streamId = newStreamId();
const open: BroadcastRecord = {
  id: newBroadcastId(1),
  streamId,
  state: 'live',
  startedAtMs: 1,
  workerId: 'encoder-1' as MemberId,
  epoch: 1,
  renditions: [],
};

const something = {} as RestoredPublication;

/** A stream that `encoder-1` has, or had, and `encoder-2` that is to take it. */
class Case {
  lease: LeaseRecord | undefined = {
    streamId,
    workerId: 'encoder-1' as MemberId,
    epoch: 1,
    version: 5,
    broadcastId: open.id,
    released: false,
    endRequested: false,
  };
  last: BroadcastRecord | undefined = open;
  published: () => Promise<RestoredPublication | undefined> = async () => something;
  stop: BudgetStop | undefined;
  released = (): void => {};
  beforeTake = (): void => {};
  readonly watch = new StoreWatch();
  readonly closed: BroadcastId[] = [];
  readonly said: unknown[] = [];
  readonly taker: LeaseTaker;

  constructor() {
    const store = {
      getLease: async () => this.lease,
      latestBroadcast: async () => this.last,
      getBudgetStop: async () => this.stop,
      putBroadcast: async (record: BroadcastRecord) => void this.closed.push(record.id),
      takeLease: async ({ workerId, broadcastId, observed }: Parameters<LeaseStore['takeLease']>[0]) => {
        this.beforeTake();
        if (observed?.version !== this.lease?.version) throw new ConditionFailedError('it has changed');
        const { epoch = 0, version = 0 } = this.lease ?? {};
        this.lease = { ...this.#record, workerId, broadcastId, epoch: epoch + 1, version: version + 1 };
        return this.lease;
      },
      renewLease: async () => {
        this.lease = { ...this.lease!, version: this.lease!.version + 1 };
        return this.lease;
      },
      releaseLease: async () => {
        this.lease = { ...this.lease!, released: true };
        this.released();
      },
    };
    this.taker = new LeaseTaker({
      memberId: 'encoder-2' as MemberId,
      store: store as never,
      clock: { nowMs: () => Date.now(), wallMs: () => Date.now() },
      emit: (name, fields) => void this.said.push([name, fields]),
      watch: this.watch,
      reachable: () => {},
      readPublished: () => this.published(),
    });
  }

  /** Time passes in which our own writes are taken. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      this.watch.wrote(Date.now());
      await jest.advanceTimersByTimeAsync(250);
    }
  }

  get #record() {
    return { streamId, released: false, endRequested: false };
  }
}

describe('a worker that takes a stream', () => {
  test('waits until the lease has been unchanged for the lease time, and continues what exists', async () => {
    const at = new Case();
    const taken = at.taker.take(streamId);
    await at.pass(leaseMs - 250);
    expect(at.lease?.epoch).toBe(1);
    await at.pass(750);
    const { keeper, unfinished } = await taken;
    keeper.stop();
    expect(keeper.lease).toMatchObject({ epoch: 2, workerId: 'encoder-2', broadcastId: open.id });
    expect(unfinished).toEqual({ record: open, published: something, handedOver: false });
  });

  test('marks a new broadcast of a signed stream, and no other', async () => {
    for (const [signed, end] of [
      [true, /u$/],
      [false, /[^u]$/],
    ] as const) {
      const at = new Case();
      at.lease = undefined;
      at.last = { ...open, state: 'ended' };
      const { keeper } = await at.taker.take(streamId, { signed });
      keeper.stop();
      expect(keeper.lease.broadcastId).toMatch(end);
    }
  });

  describe('while the budget is spent', () => {
    const stop = (changes: Partial<BudgetStop> = {}): BudgetStop => ({
      reachedAtMs: Date.now(),
      untilMs: Date.now() + 3_600_000,
      version: 1,
      ...changes,
    });
    /** Nobody has the stream, and its last broadcast has ended. */
    const idle = (): Case => {
      const at = new Case();
      at.lease = { ...at.lease!, released: true };
      at.last = { ...open, state: 'ended' };
      return at;
    };

    test('begins no broadcast, and leaves the lease as it is', async () => {
      for (const last of [undefined, { ...open, state: 'ended' as const }]) {
        const at = idle();
        at.last = last;
        at.stop = stop();
        await expect(at.taker.take(streamId)).rejects.toMatchObject({ reason: 'budget-reached' });
        expect(at.lease).toMatchObject({ epoch: 1, released: true });
      }
    });

    test.each(['starting', 'live', 'reconnecting'] as const)('continues one that is %s', async (state) => {
      const at = idle();
      at.last = { ...open, state };
      at.stop = stop();
      const { keeper } = await at.taker.take(streamId);
      keeper.stop();
      expect(keeper.lease).toMatchObject({ epoch: 2, broadcastId: open.id });
    });

    test('begins one again when the month is over, and when somebody cleared it', async () => {
      for (const changes of [{ untilMs: Date.now() }, { clearedAtMs: Date.now() }]) {
        const at = idle();
        at.stop = stop(changes);
        const { keeper } = await at.taker.take(streamId);
        keeper.stop();
        expect(keeper.lease.epoch).toBe(2);
      }
    });
  });

  test('leaves a renewed lease alone, and names its holder', async () => {
    const at = new Case();
    const refused = expect(at.taker.take(streamId)).rejects.toMatchObject({
      reason: 'held-elsewhere',
      holder: 'encoder-1',
    });
    await at.pass(500);
    at.lease = { ...at.lease!, version: 6 };
    await at.pass(500);
    await refused;
  });

  test('renews the lease while it reads what exists, however long that takes', async () => {
    const at = new Case();
    const { promise, resolve } = Promise.withResolvers<RestoredPublication>();
    at.published = () => promise;
    at.lease = { ...at.lease!, released: true };
    const taken = at.taker.take(streamId);
    await jest.advanceTimersByTimeAsync(0);
    const { version } = at.lease;
    await at.pass(5 * leaseMs);
    expect(at.lease.version).toBeGreaterThan(version + 10);
    resolve(something);
    const { keeper } = await taken;
    keeper.stop();
    expect(await keeper.mayWrite()).toBe(true);
  });

  test('releases the lease if what exists cannot be read', async () => {
    const at = new Case();
    at.lease = { ...at.lease!, released: true };
    at.published = () => Promise.reject(new Error('the origin is away'));
    await expect(at.taker.take(streamId)).rejects.toThrow('the origin is away');
    expect(at.lease).toMatchObject({ epoch: 2, released: true });
    const { version } = at.lease;
    await at.pass(2000);
    expect(at.lease.version).toBe(version);
  });

  test('says if it can’t give back the lease of what it can’t read: others have to wait until it expires', async () => {
    const at = new Case();
    at.lease = { ...at.lease!, released: true };
    at.published = () => Promise.reject(new Error('the origin is away'));
    const cause = new Error('the store is away');
    at.released = () => {
      throw cause;
    };
    await expect(at.taker.take(streamId)).rejects.toThrow('the origin is away');
    expect(at.said).toEqual([
      ['encoder.lease.unreleased', { stream: streamId, broadcast: open.id, epoch: 2, cause }],
    ]);
  });

  test('begins a new broadcast if nothing was published of the open one, which it closes', async () => {
    const at = new Case();
    at.lease = undefined;
    at.published = async () => undefined;
    const { keeper, unfinished } = await at.taker.take(streamId);
    keeper.stop();
    expect(unfinished).toBeUndefined();
    expect(at.closed).toEqual([open.id]);
    expect(keeper.lease.broadcastId > open.id).toBe(true);
    expect(keeper.lease.epoch).toBe(2);
  });

  test('does not take it from a worker that took it in between', async () => {
    const at = new Case();
    at.lease = { ...at.lease!, released: true };
    at.published = async () => undefined;
    at.released = () => {
      at.lease = { ...at.lease!, released: false, workerId: 'encoder-3' as MemberId, epoch: 9 };
    };
    await expect(at.taker.take(streamId)).rejects.toMatchObject({ reason: 'held-elsewhere' });
    expect(at.lease).toMatchObject({ epoch: 9, workerId: 'encoder-3' });
  });

  describe('from a worker whose process is gone', () => {
    const gone = { worker: 'encoder-1' as MemberId, epoch: 1, leaseVersion: 5 };

    test('takes it at once, as the next epoch, and continues the broadcast', async () => {
      const at = new Case();
      const { keeper, unfinished } = await at.taker.take(streamId, { gone });
      keeper.stop();
      expect(at.lease).toMatchObject({ epoch: 2, workerId: 'encoder-2' });
      expect(unfinished).toMatchObject({ record: { id: open.id }, handedOver: false });
    });

    test('leaves it to a holder that renews after all: the write is on the version that was read', async () => {
      const at = new Case();
      at.beforeTake = () => {
        at.lease = { ...at.lease!, version: at.lease!.version + 1 };
      };
      await expect(at.taker.take(streamId, { gone })).rejects.toThrow(ConditionFailedError);
      expect(at.lease).toMatchObject({ epoch: 1, workerId: 'encoder-1' });
    });

    test('waits the lease time for a process of the same name that took it later', async () => {
      const at = new Case();
      at.lease = { ...at.lease!, epoch: 2 };
      const taken = at.taker.take(streamId, { gone });
      await at.pass(leaseMs - 250);
      expect(at.lease).toMatchObject({ epoch: 2, workerId: 'encoder-1' });
      await at.pass(750);
      (await taken).keeper.stop();
      expect(at.lease).toMatchObject({ epoch: 3, workerId: 'encoder-2' });
    });
  });

  describe('from a draining worker', () => {
    const move = () => {
      const told = { ready: 0, calledOff: undefined as AdmissionError | undefined };
      return {
        told,
        from: 'encoder-1' as MemberId,
        ready: () => void told.ready++,
        calledOff: () => told.calledOff,
      };
    };
    const renewed = (at: Case) => {
      at.lease = { ...at.lease!, version: at.lease!.version + 1 };
    };

    test('reports once that it is ready, and takes the lease as soon as the other releases it', async () => {
      const at = new Case();
      const planned = move();
      const taken = at.taker.take(streamId, { move: planned });
      for (let renewals = 0; renewals < 20; renewals++) {
        await at.pass(500);
        renewed(at);
      }
      expect(planned.told.ready).toBe(1);
      expect(at.lease?.epoch).toBe(1);
      at.lease = { ...at.lease!, released: true };
      await at.pass(250);
      const { keeper, unfinished } = await taken;
      keeper.stop();
      expect(keeper.lease.epoch).toBe(2);
      expect(unfinished?.handedOver).toBe(true);
    });

    test('takes the lease after the lease time if the other dies meanwhile', async () => {
      const at = new Case();
      const taken = at.taker.take(streamId, { move: move() });
      await at.pass(500);
      renewed(at);
      await at.pass(leaseMs);
      expect(at.lease?.epoch).toBe(1);
      await at.pass(500);
      (await taken).keeper.stop();
      expect(at.lease).toMatchObject({ epoch: 2, workerId: 'encoder-2' });
    });

    test('gives up when the move is called off, and when the other does not release the lease in time', async () => {
      const at = new Case();
      const planned = move();
      const off = expect(at.taker.take(streamId, { move: planned })).rejects.toMatchObject({
        reason: 'draining',
      });
      await at.pass(500);
      planned.told.calledOff = new AdmissionError('draining', 'This encoder is about to stop.');
      await at.pass(250);
      await off;
      const late = expect(at.taker.take(streamId, { move: move() })).rejects.toMatchObject({
        reason: 'held-elsewhere',
      });
      for (let renewals = 0; renewals < 70; renewals++) {
        await at.pass(500);
        renewed(at);
      }
      await late;
      expect(at.lease?.epoch).toBe(1);
    });

    test('does not wait for a worker other than the draining one', async () => {
      const at = new Case();
      const planned = { ...move(), from: 'encoder-7' as MemberId };
      const refused = expect(at.taker.take(streamId, { move: planned })).rejects.toMatchObject({
        holder: 'encoder-1',
      });
      await at.pass(250);
      renewed(at);
      await at.pass(500);
      await refused;
      expect(planned.told.ready).toBe(0);
    });
  });
});
