import { describe, expect, test } from '@jest/globals';
import { type LoadMessage, loadLoop, loopMs, makeReel } from '../../../bench/relay/load-traffic.ts';
import { readStamp, stampBytes, writeStamp } from '../../../bench/relay/media-stamp.ts';
import { ChunkReader } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { isVideoKeyframe } from '../../../lib/protocol/rtmp/media-tag.ts';

const chunkSize = 4_096;
const bitrateBps = 4_200_000;

function chunkWriter() {
  const writer = new ChunkWriter(chunkSize);
  return (type: LoadMessage['type'], timestampMs: number, payload: Buffer) =>
    writer.write({
      chunkStreamId: type === 'video' ? 6 : 4,
      timestampMs,
      typeId: type === 'video' ? 9 : 8,
      messageStreamId: 1,
      payload,
    });
}

describe('the load', () => {
  test('has the requested bitrate, 30 frames a second and one key frame per loop', () => {
    const loop = loadLoop(bitrateBps, chunkSize);
    const bytes = loop.reduce((sum, { payload }) => sum + payload.length, 0);
    expect((bytes * 8) / (loopMs / 1000) / bitrateBps).toBeCloseTo(1, 2);
    const video = loop.filter(({ type }) => type === 'video');
    expect(video).toHaveLength(60);
    expect(video.filter(({ payload }) => isVideoKeyframe(payload[0]!, payload[1]!))).toEqual([video[0]]);
  });

  test('is in chronological order and leaves room for a whole stamp in every last chunk', () => {
    for (const bps of [300_000, 1_000_000, bitrateBps]) {
      const loop = loadLoop(bps, chunkSize);
      const times = loop.map(({ timeMs }) => timeMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      for (const { payload } of loop) {
        const last = payload.length % chunkSize;
        expect(last === 0 || last >= stampBytes).toBe(true);
      }
    }
  });

  test('repeats byte for byte from the second reel on, so that it can be sent again and again', () => {
    const loop = loadLoop(bitrateBps, chunkSize);
    const write = chunkWriter();
    const [first, second, third] = [0, 1, 2].map((index) => makeReel(write, loop, index * loopMs));
    expect(first!.bytes.equals(second!.bytes)).toBe(false);
    expect(second!.bytes.equals(third!.bytes)).toBe(true);
  });

  test('carries stamps that a chunk reader recovers', () => {
    const loop = loadLoop(bitrateBps, chunkSize);
    const reel = makeReel(chunkWriter(), loop, 0);
    for (const [sequence, end] of reel.ends.entries()) {
      writeStamp(reel.bytes, end, { publisher: 7, sequence, sentMs: sequence * 1.5 });
    }
    const read: unknown[] = [];
    const reader = new ChunkReader(
      ({ payload }) => read.push(readStamp(payload)),
      {},
      { chunkSize, streams: [] },
    );
    reader.push(reel.bytes);
    expect(read).toEqual(loop.map((_, sequence) => ({ publisher: 7, sequence, sentMs: sequence * 1.5 })));
  });
});
