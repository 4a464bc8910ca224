import { describe, expect, test } from '@jest/globals';
import { PublisherStream } from '../../../lib/ingest/policy/publisher-stream.ts';
import { pointCost, ReplayLog, type ReplayPoint } from '../../../lib/ingest/policy/replay-log.ts';
import { AckCounter } from '../../../lib/protocol/rtmp/acknowledgement.ts';
import { codeOf } from '../../protocol/rtmp/wire.ts';

const state = (streams: number) => ({
  chunkSize: 128,
  streams: Array.from({ length: streams }, (_, index) => ({
    chunkStreamId: 3 + index,
    timestampMs: 0,
    timestampDeltaMs: 0,
    length: 2,
    typeId: 9,
    messageStreamId: 1,
    extendedTimestamp: false,
  })),
});
const pointAt = (offset: number, streams = 60): ReplayPoint => ({
  offset,
  frames: offset,
  timeMs: offset,
  timestampMs: offset,
  missesThroughMs: offset - 1,
  state: state(streams),
  headers: [],
});

const allowanceBytes = 64 * 1024;

/** Appends `bytes` and asks for a point every `every` of them; returns the offsets of those that were recorded. */
function marked(log: ReplayLog, bytes: number, every: number, streams = 60): number[] {
  const offsets: number[] = [];
  for (let offset = 0; offset < bytes; offset += every) {
    log.append(Buffer.alloc(every));
    if (!log.hasRoomForPoint(streams)) continue;
    log.mark(pointAt(offset, streams));
    offsets.push(offset);
  }
  return offsets;
}

describe('replay points', () => {
  test('cost no more than the bytes that are held, however close together they come', () => {
    const log = new ReplayLog(pointAt(0), { maxBytes: 8 << 20, release: () => {} });
    const points = marked(log, 500_000, 3);
    expect(points.length * pointCost(60)).toBeLessThanOrEqual(500_000 + allowanceBytes);
    expect(points.length).toBeGreaterThan(50);
  });

  test('count towards the limit of the log', () => {
    const log = new ReplayLog(pointAt(0), { maxBytes: 1 << 20, release: () => {} });
    marked(log, 8 << 20, 100);
    expect(log.heldBytes).toBeLessThan(600_000);
    expect(log.point?.offset).toBeGreaterThan(7 << 20);
  });

  test('of an ordinary publisher are all recorded: a key frame every 2 s at 300 kb/s, or 60 tiny ones', () => {
    const log = new ReplayLog(pointAt(0, 5), { maxBytes: 8 << 20, release: () => {} });
    expect(marked(log, 60 * 75_000, 75_000, 5)).toHaveLength(60);
    const slides = new ReplayLog(pointAt(0, 5), { maxBytes: 8 << 20, release: () => {} });
    expect(marked(slides, 55 * 10, 10, 5)).toHaveLength(55);
  });

  test('that are published make room for others', () => {
    const log = new ReplayLog(pointAt(0), { maxBytes: 8 << 20, release: () => {} });
    const points = marked(log, 900, 3);
    expect(log.hasRoomForPoint(60)).toBe(false);
    log.publishedThrough(points.at(-1)! + 1);
    expect(log.hasRoomForPoint(60)).toBe(true);
    expect(log.point?.offset).toBe(points.at(-1));
  });
});

describe('a publisher on sixty chunk streams', () => {
  const chunk = (csid: number, type: number, length: number, payload: number[]) =>
    Buffer.from([csid, 0, 0, 0, 0, length >> 8, length & 255, type, 1, 0, 0, 0, ...payload]);
  const open = () =>
    new PublisherStream({
      chunkState: { chunkSize: 128, streams: [] },
      acknowledgement: new AckCounter(),
      replayMaxBytes: 8 << 20,
      release: () => {},
      unreadable: () => {},
    });

  test('who sends only tiny key frames can still be moved, from a point that was kept', () => {
    const stream = open();
    for (let csid = 3; csid < 63; csid++) if (csid !== 6) stream.take(chunk(csid, 20, 0, []));
    stream.take(chunk(6, 9, 2, [0x17, 1]));
    for (let frames = 0; frames < 2_000; frames++) stream.take(Buffer.from([0xc6, 0x17, 1]));
    const { firstFrame, pieces, chunkState } = stream.replay()!;
    expect(firstFrame).toBe(0);
    expect(chunkState.streams).toEqual([]);
    expect(Buffer.concat(pieces).length).toBe(59 * 12 + 14 + 2_000 * 3);
  });

  test('who begins aggregates on all of them and ends none is closed', () => {
    const stream = open();
    const begin = (csid: number) => chunk(csid, 22, 65_535, Array<number>(128).fill(0));
    const all = (): void => {
      for (let csid = 3; csid < 63; csid++) stream.take(begin(csid));
    };
    expect(codeOf(all)).toBe('TOO_MUCH_PARTIAL');
  });
});
