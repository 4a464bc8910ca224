import { beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import type { HealthNow } from '../../../lib/control-store/health/health-record.ts';
import { samplesOf } from '../../../lib/control-store/health/health-series.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import type { BroadcastRecord, LeaseRecord } from '../../../lib/control-store/records.ts';
import { type HealthMoment, HealthReport } from '../../../lib/encoder/report/health-report.ts';
import type { MeasuredStep } from '../../../lib/encoder/report/policy/health/step-meter.ts';
import { RefusalRepeats } from '../../../lib/encoder/report/refusal-repeats.ts';
import { Reporter } from '../../../lib/encoder/report/reporter.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import type { EmitEvent } from '../../../lib/telemetry/events.ts';

const startMs = 1_790_000_000_000;
const lease: LeaseRecord = {
  streamId: newStreamId(),
  broadcastId: newBroadcastId(1),
  workerId: 'encoder-1' as MemberId,
  epoch: 1,
  version: 1,
  released: false,
  endRequested: false,
};
const well: MeasuredStep = {
  forMs: 5_000,
  videoBps: 4_000_000,
  audioBps: 160_000,
  frameRate: 30,
  keyFrameIntervalMs: 2_000,
  lostPictures: 0,
  gapMs: 41,
  mediaMs: 5_000,
};
const rare = { ...well, keyFrameIntervalMs: 10_000 };

/** Where reading and writing documents can fail, and is counted. */
class Stored {
  readonly store: ControlStore = openSqliteControlStore(':memory:');
  fault: Error | undefined;
  writes: string[] = [];
  readonly fallible = new Proxy(this.store, {
    get: (store, name) => {
      const value: unknown = Reflect.get(store, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (this.fault && String(name).endsWith('Document')) throw this.fault;
        if (name === 'putDocument') this.writes.push((args[0] as { kind: string }).kind);
        return value.apply(store, args);
      };
    },
  });

  now = async () => (await this.store.getDocument(lease.streamId, 'health'))?.body;
  past = async () => (await this.store.getDocument(lease.streamId, 'health-past'))?.body;
  told = async () => (await this.store.listEvents(lease.streamId, { limit: 100 })).map(({ text }) => text);
}

let stored: Stored;
beforeEach(() => {
  stored = new Stored();
});

/** A worker that measures a broadcast, by a clock that only `go` moves. */
class Measuring {
  readonly said: string[] = [];
  readonly report: HealthReport;
  readonly #reporter: Reporter;
  nowMs: number;
  isOurs = true;
  moment: HealthMoment;

  constructor({ epoch = 1, fromMs = 0, broadcastId = lease.broadcastId } = {}) {
    this.nowMs = fromMs;
    const clock = { nowMs: () => this.nowMs, wallMs: () => startMs + this.nowMs };
    const emit = ((name: string) => this.said.push(name)) as unknown as EmitEvent;
    const { streamId, workerId } = lease;
    const record: BroadcastRecord = {
      id: broadcastId,
      streamId,
      state: 'live',
      startedAtMs: startMs,
      workerId,
      epoch,
      renditions: [],
    };
    const mayWrite = async () => this.isOurs;
    const base = { store: stored.fallible, clock, emit };
    const options = { ...base, mayWrite, refusals: new RefusalRepeats(base) };
    this.#reporter = new Reporter(record, options);
    this.report = new HealthReport(this.#reporter, { ...options, lease: { streamId, broadcastId, epoch } });
    this.moment = { ...sending(well) };
  }

  /** So many steps with this in each. */
  async go(steps: number, step: MeasuredStep | undefined, change: Partial<HealthMoment> = {}): Promise<void> {
    for (let count = 0; count < steps; count++) {
      this.report.tick(true, () => this.moment);
      await this.written();
      this.nowMs += 5_000;
      this.moment = { ...sending(step), ...change };
      this.report.tick(true, () => this.moment);
      await this.written();
    }
  }

  async written(): Promise<void> {
    await this.report.settled(1_000);
    await this.#reporter.settled(1_000);
    // What was read is taken over in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const sending = (step: MeasuredStep | undefined): HealthMoment => ({
  frameRate: 30,
  hasSound: true,
  keyFrameAwaited: false,
  take: () => step,
  turnedOff: [],
});

describe('the health of a broadcast', () => {
  test('is stored with each step', async () => {
    const worker = new Measuring();
    await worker.go(3, well, { encoder: { run: 1, lagMs: 500 } });
    const now = await stored.now();
    expect(now).toMatchObject({ epoch: 1, verdict: 'excellent', reasons: [], told: 'excellent' });
    expect(samplesOf(now!.latest)).toHaveLength(3);
    expect(samplesOf(now!.latest).at(-1)).toMatchObject({
      atMs: startMs + 15_000,
      videoBps: 4_000_000,
      encoderSpeed: 1,
    });
  });

  test('is told in the journal and in the log once another verdict has lasted for 10 s', async () => {
    const worker = new Measuring();
    await worker.go(2, well);
    await worker.go(2, rare);
    expect(await stored.told()).toEqual([]);
    await worker.go(1, rare);
    expect(await stored.told()).toEqual([
      'Stream health: fair. Key frames come every 10 s. Set the key frame interval of your encoder to 2 s.',
    ]);
    expect(worker.said).toEqual(['encoder.health.changed']);
    const [event] = await stored.store.listEvents(lease.streamId, { limit: 1 });
    expect(event).toMatchObject({
      type: 'stream.health',
      broadcastId: lease.broadcastId,
      data: { verdict: 'fair', was: 'excellent', reasons: 'key-frames-rare' },
    });
    await worker.go(11, well);
    expect((await stored.told()).at(-1)).toBe('Stream health: excellent again.');
    expect(await stored.now()).toMatchObject({ verdict: 'excellent', reasons: [] });
  });

  test('is none as soon as the publisher is gone, and is not measured meanwhile', async () => {
    const worker = new Measuring();
    await worker.go(3, rare);
    worker.nowMs += 100;
    worker.report.tick(false, () => sending(undefined));
    await worker.written();
    const now = await stored.now();
    expect(now).toMatchObject({ verdict: 'none', sinceMs: startMs + 15_100, reasons: [], told: 'fair' });
    for (let steps = 0; steps < 4; steps++) {
      worker.nowMs += 5_000;
      worker.report.tick(false, () => sending({ ...well, videoBps: 0 }));
    }
    await worker.go(1, well);
    expect(samplesOf((await stored.now())!.latest).map(({ videoBps }) => videoBps)).not.toContain(0);
  });

  test('is bad before anything could be measured if no key frame comes', async () => {
    const worker = new Measuring();
    await worker.go(1, undefined, { keyFrameAwaited: true });
    expect(await stored.now()).toMatchObject({ verdict: 'bad', reasons: [{ code: 'key-frame-awaited' }] });
    expect((await stored.now())!.latest.rows).toEqual([]);
  });

  test('has the speed of our encoder by how its lag changes, and not of one that has just started', async () => {
    const worker = new Measuring();
    await worker.go(1, well, { encoder: { run: 1, lagMs: 4_000 } });
    await worker.go(1, well, { encoder: { run: 1, lagMs: 5_000 } });
    await worker.go(1, well, { encoder: { run: 2, lagMs: 9_000 } });
    await worker.go(1, well, { encoder: { run: 2, lagMs: 1_000 } });
    const speeds = samplesOf((await stored.now())!.latest).map(({ encoderSpeed }) => encoderSpeed);
    expect(speeds).toEqual([undefined, 0.8, undefined, 2]);
  });
});

describe('what is written', () => {
  test('is the small document with each step, and the series once a minute', async () => {
    await new Measuring().go(60, well);
    expect(stored.writes.filter((kind) => kind === 'health')).toHaveLength(60);
    expect(stored.writes.filter((kind) => kind === 'health-past')).toHaveLength(5);
    const past = await stored.past();
    expect(samplesOf(past!.recent)).toHaveLength(60);
    expect(past?.throughMs).toBe(startMs + 300_000);
  });

  test('waits while the store is away, which is logged once, and is complete afterwards', async () => {
    const worker = new Measuring();
    await worker.go(2, well);
    stored.fault = new Error('away');
    await worker.go(8, well);
    expect(worker.said).toEqual(['encoder.health.unwritten']);
    stored.fault = undefined;
    await worker.go(1, well);
    expect(samplesOf((await stored.now())!.latest)).toHaveLength(11);
  });

  test('begins once it is known what there is, however late that is', async () => {
    await new Measuring().go(20, well);
    const next = new Measuring({ epoch: 2, fromMs: 110_000 });
    stored.fault = new Error('away');
    await next.go(3, rare);
    stored.fault = undefined;
    await next.go(1, rare);
    const times = samplesOf((await stored.now())!.latest).map(({ atMs }) => (atMs - startMs) / 1_000);
    expect(times.slice(-6)).toEqual([95, 100, 115, 120, 125, 130]);
  });
});

describe('another worker', () => {
  test('goes on with the series and tells nothing that was told', async () => {
    await new Measuring().go(30, rare);
    const next = new Measuring({ epoch: 2, fromMs: 160_000 });
    await next.go(20, rare);
    expect(await stored.told()).toHaveLength(1);
    const past = await stored.past();
    expect(past).toMatchObject({ epoch: 2 });
    expect(samplesOf(past!.whole)[0]?.atMs).toBe(startMs + 5_000);
    expect(samplesOf(past!.recent).length).toBeGreaterThan(30);
  });

  test('silences the one before, which may not know yet', async () => {
    const before = new Measuring();
    await before.go(3, well);
    const next = new Measuring({ epoch: 2, fromMs: 20_000 });
    await next.go(2, rare);
    await before.go(3, well);
    expect(await stored.now()).toMatchObject({ epoch: 2, verdict: 'fair' });
    const { version } = (await stored.store.getDocument(lease.streamId, 'health'))!;
    await before.go(3, well);
    expect((await stored.store.getDocument(lease.streamId, 'health'))!.version).toBe(version);
  });

  test('writes nothing once the lease is lost', async () => {
    const worker = new Measuring();
    await worker.go(1, well);
    worker.isOurs = false;
    await worker.go(2, rare);
    worker.isOurs = true;
    await worker.go(2, rare);
    expect((await stored.now())!.verdict).toBe('excellent');
  });

  test('of the next broadcast begins anew', async () => {
    await new Measuring().go(30, rare);
    const broadcastId = newBroadcastId(2);
    await new Measuring({ epoch: 2, fromMs: 300_000, broadcastId }).go(14, well);
    const now: HealthNow | undefined = await stored.now();
    expect(now).toMatchObject({ broadcastId, told: 'excellent' });
    expect(samplesOf((await stored.past())!.whole)[0]?.atMs).toBe(startMs + 305_000);
  });
});
