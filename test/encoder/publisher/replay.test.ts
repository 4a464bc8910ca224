import { describe, expect, test } from '@jest/globals';
import type { BroadcastRecord, LeaseRecord } from '../../../lib/control-store/records.ts';
import type { EncoderStore } from '../../../lib/encoder/ports.ts';
import type { UnfinishedBroadcast } from '../../../lib/encoder/publication/recover-publication.ts';
import { Reception } from '../../../lib/encoder/publisher/reception.ts';
import { BroadcastReport } from '../../../lib/encoder/report/broadcast-report.ts';
import { RefusalRepeats } from '../../../lib/encoder/report/refusal-repeats.ts';
import { segmentStartMs } from '../../../lib/packaging/segment-grid.ts';
import type { RelayHello } from '../../../lib/protocol/relay/hello.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../../lib/protocol/relay/link-frames.ts';
import { Publisher } from '../../../lib/protocol/rtmp/publisher.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import { openSession, plainHello } from '../../../testkit/harness/open-session.ts';

const lease: LeaseRecord = {
  streamId: newStreamId(),
  broadcastId: newBroadcastId(1),
  workerId: 'encoder-1' as MemberId,
  epoch: 1,
  version: 1,
  released: false,
  endRequested: false,
};
/** x264's sequence header for 1280×720; AAC's for 48 kHz. */
const videoHeader = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);
const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);

interface Message {
  readonly type: 'video' | 'audio';
  /** By the publisher's clock, from the session's first message. */
  readonly ms: number;
  readonly payload: Buffer;
}

/** 30 pictures a second, each with its number, a key frame every 250; and sound. */
function media(seconds: number): Message[] {
  const pictures = Array.from({ length: seconds * 30 }, (_, index): Message => {
    const payload = Buffer.from([index % 250 === 0 ? 0x17 : 0x27, 1, 0, 0, 0, 0, 0, 0, 5, 0x41, 0, 0, 0, 0]);
    payload.writeUInt32BE(index, 10);
    return { type: 'video', ms: Math.round((index * 1000) / 30), payload };
  });
  const sound = Array.from({ length: (seconds * 48_000) / 1024 }, (_, index): Message => {
    return { type: 'audio', ms: Math.round((index * 1024) / 48), payload: Buffer.from([0xaf, 1, 0x21]) };
  });
  return [...pictures, ...sound].sort((a, b) => a.ms - b.ms);
}

/** A worker that receives one session, by a clock that only `at` moves. */
function receive(hello: Partial<RelayHello>, unfinished?: UnfinishedBroadcast, partMs?: number) {
  const keyFramesAtMs: number[] = [];
  const told: LinkFrame[] = [];
  const shown: { readonly picture: number; readonly streamMs: number }[] = [];
  let nowMs = 0;
  let record = unfinished?.record;
  const clock = { nowMs: () => nowMs, wallMs: () => 1_790_000_000_000 + nowMs };
  const store = {
    appendEvent: async () => {},
    putBroadcast: async (put: BroadcastRecord) => {
      record = put;
    },
  };
  const options = { store: store as unknown as EncoderStore, emit() {}, mayWrite: async () => true };
  const refusals = new RefusalRepeats({ ...options, clock });
  const facts = { ...options, clock, refusals, bitrateBps: () => 0 };
  const report = new BroadcastReport(lease, facts, unfinished?.record);
  const reception = new Reception({
    clock,
    startEncoder: () => {
      throw new Error('No slate is wanted');
    },
    lease,
    reconnectWindowMs: 60_000,
    unfinished,
    partMs,
    report,
    owner: {
      startedAtMs: undefined,
      started: unfinished !== undefined,
      backlogBytes: 0,
      beginAt() {},
      keyFramesAt: (streamMs) => void keyFramesAtMs.splice(0, keyFramesAtMs.length, ...streamMs),
      format() {},
      tag({ type, hidden, filler, streamMs, payload }) {
        if (type === 'video' && !hidden && !filler)
          shown.push({ picture: payload.readUInt32BE(10), streamMs });
      },
      batchEnded() {},
      lost() {},
      ended() {},
      faulted() {},
    },
  });
  const frames = new LinkFrameDecoder((frame) => told.push(frame));
  const { session, data } = openSession(
    { ...plainHello, streamId: lease.streamId, ...hello },
    { write: (bytes) => frames.push(bytes) },
  );
  void reception.attach(session);
  const writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
  return {
    shown,
    keyFramesAtMs,
    told,
    reception,
    send: ({ type, ms, payload }: Message) => data(writer.media(type, ms, payload)),
    at(ms: number) {
      for (; nowMs + 100 <= ms; nowMs += 100) reception.fill();
      nowMs = ms;
    },
    async record() {
      await report.settled(1000);
      return record!;
    },
  };
}

function begin(worker: ReturnType<typeof receive>, ms: number): void {
  worker.send({ type: 'video', ms, payload: videoHeader });
  worker.send({ type: 'audio', ms, payload: audioHeader });
}

/** Each picture's message arrives by the old worker's clock as `arrival` says, and in one burst at the new one. */
async function takenOver(next: number, arrival: (ms: number) => number) {
  const all = media(90);
  const old = receive({ firstFrame: 0 });
  begin(old, 0);
  const left = all.findIndex(({ ms }) => ms > segmentStartMs(next + 1) - 100);
  for (const message of all.slice(0, left)) {
    old.at(arrival(message.ms));
    old.send(message);
  }
  old.reception.published(next - 1);
  const record = await old.record();
  const published = { renditions: [], nextNumber: next, nextListed: next };
  const unfinished = { record, published, handedOver: true } as unknown as UnfinishedBroadcast;
  const from = all.findLast(
    ({ payload, ms }) => payload[0] === 0x17 && ms + (record.sessionStartMs ?? 0) <= segmentStartMs(next),
  )!.ms;
  const taking = receive({ replayFromMs: from }, unfinished);
  begin(taking, from);
  for (const message of all.filter(({ ms }) => ms >= from)) taking.send(message);
  return { old, taking };
}

test('whatever is replayed has the place that it had on the worker before', async () => {
  const { old, taking } = await takenOver(10, (ms) => ms);
  const moved = [...old.shown, ...taking.shown].filter(
    ({ picture, streamMs }) => streamMs !== Math.round((picture * 1000) / 30),
  );
  expect(taking.shown.length).toBeGreaterThan(1800);
  expect(moved).toEqual([]);
});

test.each([3000, -3000])(
  'a clock that drifts by %d ppm puts each picture on one side of the edge',
  async (ppm) => {
    const wrong: number[] = [];
    for (let next = 25; next < 40; next++) {
      const { old, taking } = await takenOver(next, (ms) => Math.round(ms * (1 + ppm / 1e6)));
      const edgeMs = segmentStartMs(next);
      const pictures = [
        ...old.shown.filter(({ streamMs }) => streamMs < edgeMs),
        ...taking.shown.filter(({ streamMs }) => streamMs >= edgeMs),
      ].map(({ picture }) => picture);
      if (pictures.some((picture, index) => picture !== index)) wrong.push(next);
    }
    expect(wrong).toEqual([]);
  },
);

describe('parts that viewers have', () => {
  const next = 10;
  const startMs = segmentStartMs(next);
  const left = (): UnfinishedBroadcast =>
    ({
      record: { ...lease, id: lease.broadcastId, sessionId: plainHello.sessionId, sessionStartMs: 0 },
      published: { renditions: [], nextNumber: next, nextListed: next },
    }) as unknown as UnfinishedBroadcast;
  const gone = { replayFromMs: startMs - 500, keyFramesAtMs: [startMs - 500, startMs + 500, startMs + 1000] };

  test('are told to a proxy that drops frames it does not know, before they are out', () => {
    const worker = receive({ dropsUnknownFrames: true }, undefined, 500);
    worker.reception.partReady('720p', { nextMs: 4000 });
    worker.reception.partReady('sound', {});
    worker.reception.partReady('720p', { nextMs: 4500 });
    worker.reception.partReady('360p', { nextMs: 4500 });
    expect(worker.keyFramesAtMs).toEqual([4000, 4500]);
    expect(worker.told.slice(1)).toEqual([
      { type: 'parts-through', keyFramesAtMs: [4000] },
      { type: 'parts-through', keyFramesAtMs: [4000, 4500] },
    ]);
  });

  test('are not told to one of the last release, nor where there are none', () => {
    for (const worker of [receive({}, undefined, 500), receive({ dropsUnknownFrames: true })]) {
      worker.reception.partReady('720p', { nextMs: 4000 });
      expect(worker.told).toMatchObject([{ type: 'accepted' }]);
    }
  });

  test('and renewals of the lease are told alike', () => {
    for (const dropsUnknownFrames of [true, false]) {
      const worker = receive({ dropsUnknownFrames });
      worker.reception.leaseRenewed(12);
      expect(worker.told.slice(1)).toEqual(
        dropsUnknownFrames ? [{ type: 'lease-renewed', version: 12 }] : [],
      );
    }
  });

  test('get a key frame after each place where they may end, of those that are made again', () => {
    expect(receive(gone, left(), 500).keyFramesAtMs).toEqual([startMs + 500, startMs + 1000]);
  });

  test('still get one while this worker has not made that part again', () => {
    const worker = receive(gone, left(), 500);
    worker.reception.partReady('720p', { nextMs: startMs + 500 });
    expect(worker.keyFramesAtMs).toEqual([startMs + 500, startMs + 1000]);
  });

  test('get one at every part of the first segment if the worker before was still at work when it was left', () => {
    const moved = receive({ ...gone, movesFrom: 'encoder-2' as MemberId }, left(), 500);
    expect(moved.keyFramesAtMs).toEqual([startMs + 500, startMs + 1000, startMs + 1500]);
  });

  test('or if nobody knows of them', () => {
    const returned = receive({}, left(), 500);
    expect(returned.keyFramesAtMs).toEqual([startMs + 500, startMs + 1000, startMs + 1500]);
  });

  test('need none where a broadcast begins or has no parts', () => {
    expect(receive({}, undefined, 500).keyFramesAtMs).toEqual([]);
    expect(receive(gone, left()).keyFramesAtMs).toEqual([]);
  });
});
