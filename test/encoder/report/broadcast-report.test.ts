import { beforeEach, describe, expect, test } from '@jest/globals';
import type { BroadcastRecord, LeaseRecord, StreamEventRecord } from '../../../lib/control-store/records.ts';
import type { EncoderStore } from '../../../lib/encoder/ports.ts';
import type { RecordingOutcome } from '../../../lib/encoder/publication/policy/recording-outcome.ts';
import { BroadcastReport } from '../../../lib/encoder/report/broadcast-report.ts';
import { RefusalRepeats } from '../../../lib/encoder/report/refusal-repeats.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import type { EmitEvent } from '../../../lib/telemetry/events.ts';

const lease: LeaseRecord = {
  streamId: newStreamId(),
  broadcastId: newBroadcastId(1),
  workerId: 'encoder-2' as MemberId,
  epoch: 2,
  version: 1,
  released: false,
  endRequested: false,
};
const left: BroadcastRecord = {
  id: lease.broadcastId,
  streamId: lease.streamId,
  state: 'live',
  startedAtMs: 1,
  workerId: 'encoder-1' as MemberId,
  epoch: 1,
  renditions: [],
};
const whole: RecordingOutcome = { durationMs: 60_000, bytes: 9_000_000, lostSegments: 0, fault: undefined };

const punctual = { number: 7, segments: 1, lateMs: 0, leadMs: 0, replayedMs: 0 };

let told: Omit<StreamEventRecord, 'sequence'>[];
let records: BroadcastRecord[];
let emitted: { name: string; fields: object }[];
let storeFault: Error | undefined;
let isOurs: boolean;
beforeEach(() => {
  isOurs = true;
  told = [];
  records = [];
  emitted = [];
  storeFault = undefined;
});

function report(last?: BroadcastRecord, shared?: RefusalRepeats): BroadcastReport {
  const take = async (): Promise<void> => {
    if (storeFault) throw storeFault;
  };
  const store = {
    putBroadcast: async (record: BroadcastRecord) => {
      await take();
      records.push(record);
    },
    appendEvent: async (event: Omit<StreamEventRecord, 'sequence'>) => {
      await take();
      told.push(event);
    },
  } as unknown as EncoderStore;
  const emit = ((name: string, fields: object) => emitted.push({ name, fields })) as unknown as EmitEvent;
  const clock = { nowMs: () => performance.now(), wallMs: () => 1_790_000_000_000 };
  const mayWrite = async () => isOurs;
  const refusals = shared ?? new RefusalRepeats({ store, clock, emit });
  return new BroadcastReport(lease, { store, clock, emit, refusals, mayWrite, bitrateBps: () => 0 }, last);
}
const types = (): string[] => told.map(({ type }) => type);

test('a worker that wakes up too late does not report its own sleep', async () => {
  const reporter = report(left);
  reporter.publisher.returned({ awayMs: 1000, shown: 'nothing' });
  await reporter.settled(100);
  expect(types()).toEqual(['stream.resumed']);
  isOurs = false;
  reporter.publisher.lost(60_000, 'connected but sending nothing');
  await reporter.settled(100);
  expect(types()).toEqual(['stream.resumed']);
});

describe('that a worker keeps real time', () => {
  const caughtUp = () => emitted.filter(({ name }) => name === 'encoder.broadcast.caught-up');

  test('is in the record with the first segment that is in time, once, with this worker’s epoch', () => {
    const reporter = report({ ...left, caughtUpEpoch: 1 });
    expect(reporter.hasCaughtUp).toBe(false);
    reporter.published([], true, { ...punctual, lateMs: 60_000 });
    expect(reporter.hasCaughtUp).toBe(false);
    reporter.published([], true, punctual);
    reporter.published([], true, { ...punctual, number: 8 });
    expect(reporter.hasCaughtUp).toBe(true);
    expect(caughtUp()).toEqual([
      { name: 'encoder.broadcast.caught-up', fields: expect.objectContaining({ epoch: 2 }) },
    ]);
  });

  test('cannot be said of filler, without a publisher', () => {
    const reporter = report(left);
    reporter.published([], false, punctual);
    expect(reporter.hasCaughtUp).toBe(false);
    expect(caughtUp()).toEqual([]);
  });

  test('reaches the control store, where a draining worker looks for it', async () => {
    const reporter = report(left);
    reporter.published([], true, punctual);
    await reporter.settled(1000);
    expect(records.at(-1)).toMatchObject({ epoch: 2, caughtUpEpoch: 2 });
  });
});

describe('a publisher that returns', () => {
  test('on its own has resumed', async () => {
    const reporter = report(left);
    reporter.publisher.returned({ awayMs: 4000, shown: 'nothing' });
    reporter.published([], true, punctual);
    await reporter.settled(1000);
    expect(types()).toEqual(['stream.resumed']);
  });

  test('through its proxy was moved, which is reported once, with the first segment', async () => {
    const reporter = report(left);
    reporter.publisher.replayed({ cause: 'worker-gone', lostMs: 0 });
    reporter.published([], true, { ...punctual, lateMs: 3500, replayedMs: 2100 });
    reporter.published([], true, { ...punctual, lateMs: 3400, replayedMs: 2100 });
    await reporter.settled(1000);
    expect(types()).toEqual(['publisher.rehomed']);
    expect(told[0]?.data).toEqual({
      fromWorkerId: 'encoder-1',
      toWorkerId: 'encoder-2',
      cause: 'worker-gone',
      lateMs: 3500,
      replayedMs: 2100,
      lostMs: 0,
    });
  });

  test('through its proxy to the same worker was not moved', async () => {
    const reporter = report(left);
    reporter.publisher.returned({ awayMs: 4000, shown: 'nothing' });
    reporter.publisher.lost(30_000, 'connection lost');
    reporter.publisher.replayed({ cause: 'link-broken', lostMs: undefined });
    reporter.published([], true, punctual);
    await reporter.settled(1000);
    expect(told.at(-1)?.text).toContain('The link to encoder-2 broke and was re-established');
  });
});

describe('a segment', () => {
  const late = (): object[] =>
    emitted.filter(({ name }) => name === 'encoder.segment.late').map(({ fields }) => fields);

  test('that reaches the origin in time is not logged', () => {
    report(left).published([], true, { ...punctual, lateMs: 2000 });
    expect(late()).toEqual([]);
  });

  test('that is late is logged with everything that arrived with it', () => {
    report(left).published([], true, { number: 12, segments: 3, lateMs: 2600.4, leadMs: 0, replayedMs: 0 });
    expect(late()).toEqual([
      expect.objectContaining({ number: 12, segments: 3, lateMs: 2600, publisherLateMs: 0 }),
    ]);
  });

  test('of a publisher whose media is equally late is not our fault', () => {
    report(left).published([], true, { ...punctual, lateMs: 3000, leadMs: -2900 });
    expect(late()).toEqual([]);
  });

  test('that is the first one makes the broadcast live, once', () => {
    const reporter = report();
    reporter.published([], true, punctual);
    reporter.published([], true, punctual);
    expect(emitted.filter(({ name }) => name === 'encoder.broadcast.live')).toEqual([
      { name: 'encoder.broadcast.live', fields: expect.objectContaining({ startupMs: expect.any(Number) }) },
    ]);
  });
});

describe('the end of a broadcast', () => {
  test('reports the recording as ready if all of it is stored', async () => {
    const reporter = report();
    reporter.ended('publisher-ended', [], whole);
    await reporter.settled(1000);
    expect(types()).toEqual(['stream.ended', 'recording.ready']);
  });

  test('reports no recording if nothing was made', async () => {
    const reporter = report();
    reporter.ended('reconnect-window-over', [], { ...whole, durationMs: 0 });
    await reporter.settled(1000);
    expect(types()).toEqual(['stream.ended']);
  });

  const fault = { cause: new Error('down') };
  test.each<[string, Partial<RecordingOutcome>, string]>([
    ['was not closed', { fault, lostSegments: 2 }, 'players wait at the end as if more were coming'],
    ['lacks segments', { lostSegments: 3 }, '6 s of media was lost'],
    ['has nothing at all', { fault, lostSegments: 3, durationMs: 0 }, 'None of it can be watched.'],
  ])('reports and logs that a recording which %s is incomplete', async (_, outcome, words) => {
    const reporter = report();
    reporter.ended('publisher-ended', [], { ...whole, ...outcome });
    await reporter.settled(1000);
    expect(types()).toEqual(['stream.ended', 'recording.incomplete']);
    expect(told.at(-1)?.text).toContain(words);
    const { lostSegments } = outcome;
    expect(emitted).toContainEqual({
      name: 'encoder.recording.incomplete',
      fields: expect.objectContaining({ lostSegments, ...outcome.fault }),
    });
  });

  test('after ffmpeg had to be killed is reported as incomplete', async () => {
    const reporter = report();
    reporter.encoding.stuck(15_000);
    reporter.ended('publisher-ended', [], whole);
    await reporter.settled(1000);
    expect(types()).toEqual(['stream.ended', 'recording.incomplete']);
  });

  test('that the control store does not accept is logged with what is missing there', async () => {
    storeFault = new Error('down');
    const reporter = report();
    reporter.ended('publisher-ended', [], whole);
    await reporter.settled(20);
    expect(emitted).toContainEqual({
      name: 'encoder.journal.incomplete',
      fields: expect.objectContaining({ events: 2, record: true, cause: storeFault }),
    });
  });

  test('reports nothing if the broadcast belongs to another worker by now', async () => {
    const reporter = report();
    reporter.leaseLost(2);
    reporter.ended('publisher-ended', [], { ...whole, fault });
    await reporter.settled(1000);
    expect(told).toEqual([]);
    expect(emitted.map(({ name }) => name)).toEqual(['encoder.lease.lost']);
  });
});

describe('publishers whose media cannot be used', () => {
  const codec = { reason: 'unsupported-codec', detail: 'H.263 video' } as const;
  const session = {
    hello: { proxyId: 'ingest-1', sessionId: 's1', publish: {}, client: { address: '192.0.2.7' } },
  } as unknown as Parameters<BroadcastReport['publisher']['taken']>[0];
  const nothing: RecordingOutcome = { durationMs: 0, lostSegments: 0, bytes: 0, fault: undefined };

  const repeats = () =>
    new RefusalRepeats({
      store: {} as EncoderStore,
      clock: { nowMs: () => 0, wallMs: () => 1_790_000_000_000 },
      emit() {},
    });

  async function turnAway(refusals: RefusalRepeats): Promise<void> {
    const reporter = report(undefined, refusals);
    reporter.publisher.taken(session, true);
    reporter.publisher.inputUnusable(codec, session as never);
    reporter.ended('publisher-ended', [], nothing);
    await reporter.settled(1000);
  }

  test('are told of once, with all that happened; those that follow are counted', async () => {
    const refusals = repeats();
    for (let times = 0; times < 5; times++) await turnAway(refusals);
    expect(types()).toEqual(['broadcast.starting', 'publish.refused', 'stream.ended']);
    expect(told[1]?.data).toEqual({ ...codec, client: '192.0.2.7' });
    expect(emitted.filter(({ name }) => name === 'encoder.input.unusable')).toHaveLength(5);
  });

  test('do not hide a broadcast that goes on the air after all', async () => {
    const refusals = repeats();
    await turnAway(refusals);
    const reporter = report(undefined, refusals);
    reporter.publisher.taken(session, true);
    reporter.ended('publisher-ended', [], whole);
    await reporter.settled(1000);
    expect(types().slice(3)).toEqual(['stream.ended', 'recording.ready']);
  });
});
