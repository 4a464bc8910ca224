import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeAmf0 } from '../../../lib/protocol/rtmp/amf0.ts';
import { initialChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { MediaSource } from '../../../lib/push/policy/media-source.ts';
import { aggregateOf, multitrackOf, withModEx } from '../../../testkit/media/rtmp-dialects.ts';

const video = { key: [0x17, 1, 0, 0, 0, 9], delta: [0x27, 1, 0, 0, 0, 9], header: [0x17, 0, 0, 0, 0, 7] };
const audio = { frame: [0xaf, 1, 5], header: [0xaf, 0, 0x12, 0x10] };

/** A publisher's bytes. */
class Feed {
  readonly #writer = new ChunkWriter();

  message(typeId: number, timestampMs: number, payload: Uint8Array | readonly number[]): Buffer {
    const chunkStreamId = typeId === 9 ? 6 : typeId === 8 ? 4 : 5;
    return this.#writer.write({
      chunkStreamId,
      typeId,
      timestampMs,
      messageStreamId: 1,
      payload: Buffer.from(payload),
    });
  }

  video(timestampMs: number, payload: readonly number[] = video.delta): Buffer {
    return this.message(9, timestampMs, payload);
  }

  audio(timestampMs: number, payload: readonly number[] = audio.frame): Buffer {
    return this.message(8, timestampMs, payload);
  }
}

function source(wanted = true): MediaSource {
  const made = new MediaSource(initialChunkState);
  made.wanted = wanted;
  return made;
}

describe('what a publisher sends, for destinations', () => {
  test('is messages with the headers in force', () => {
    const feed = new Feed();
    const from = source();
    const taken = [
      ...from.take(feed.message(18, 0, encodeAmf0(['@setDataFrame', 'onMetaData', { width: 640 }])), 0),
      ...from.take(feed.video(0, video.header), 0),
      ...from.take(feed.audio(0, audio.header), 0),
      ...from.take(feed.video(0, video.key), 0),
      ...from.take(feed.audio(21), 21),
    ];
    expect(taken.map(({ message: { type, header, start } }) => [type, header, start])).toEqual([
      ['data', 'metadata', false],
      ['video', 'video', false],
      ['audio', 'audio', false],
      ['video', undefined, true],
      ['audio', undefined, false],
    ]);
    expect(taken[3]!.headers.map(({ header }) => header)).toEqual(['metadata', 'video', 'audio']);
    expect(taken[4]!.message.payload).toEqual(Buffer.from(audio.frame));
  });

  test('keeps only headers while nobody wants media, for later destinations', () => {
    const feed = new Feed();
    const from = source(false);
    expect(from.take(feed.audio(0, audio.header), 0)).toEqual([]);
    expect(from.take(feed.video(0, video.header), 0)).toEqual([]);
    expect(from.take(feed.video(0, video.key), 0)).toEqual([]);
    from.wanted = true;
    const [next] = from.take(feed.video(2_000, video.key), 2_000);
    expect(next?.headers.map(({ header, payload }) => [header, payload.length])).toEqual([
      ['video', video.header.length],
      ['audio', audio.header.length],
    ]);
  });

  test('copies what it passes on: the memory that it reads is reused', () => {
    const from = source();
    const bytes = new Feed().video(0, video.key);
    const [taken] = from.take(bytes, 0);
    bytes.fill(0xff);
    expect(taken?.message.payload).toEqual(Buffer.from(video.key));
  });

  test('sends metadata in the form that servers accept, whichever form the publisher used', () => {
    const from = source();
    const feed = new Feed();
    const asSent = [
      [18, encodeAmf0(['onMetaData', { width: 640 }])],
      [15, Buffer.concat([Buffer.of(0), encodeAmf0(['@setDataFrame', 'onMetaData', { width: 640 }])])],
    ] as const;
    for (const [typeId, payload] of asSent) {
      const [taken] = from.take(feed.message(typeId, 0, payload), 0);
      expect(taken?.message.payload).toEqual(encodeAmf0(['@setDataFrame', 'onMetaData', { width: 640 }]));
    }
    expect(from.take(feed.message(15, 0, [17, 1, 2]), 0)).toEqual([]);
  });

  test('can start with audio if there is no video', () => {
    const from = source();
    const feed = new Feed();
    const starts = Array.from({ length: 400 }, (_, index) => from.take(feed.audio(index * 21), index * 21))
      .flat()
      .map(({ message }) => message.start);
    expect(starts.every(Boolean)).toBe(true);
    from.take(feed.video(8_400, video.key), 8_400);
    const [soon] = from.take(feed.audio(8_421), 8_421);
    expect(soon?.message.start).toBe(false);
  });

  test('is passed on one by one if it came in an aggregate message', () => {
    const inner = [
      { typeId: 9, timestampMs: 0, payload: Buffer.from(video.header) },
      { typeId: 8, timestampMs: 0, payload: Buffer.from(audio.header) },
      { typeId: 9, timestampMs: 0, payload: Buffer.from(video.key) },
      { typeId: 8, timestampMs: 21, payload: Buffer.from(audio.frame) },
    ];
    const bytes = new ChunkWriter().write(aggregateOf(inner, 5_000));
    const taken = source().take(bytes, 0);
    expect(
      taken.map(({ message: { type, header, start, timeMs } }) => [type, header, start, timeMs]),
    ).toEqual([
      ['video', 'video', false, 0],
      ['audio', 'audio', false, 0],
      ['video', undefined, true, 0],
      ['audio', undefined, false, 21],
    ]);
    expect(taken[2]!.headers).toHaveLength(2);
    expect(source(false).take(bytes, 0)).toEqual([]);
  });

  test('passes enhanced RTMP on unchanged', () => {
    const from = source();
    const hevcKey = [0x91, 0x68, 0x76, 0x63, 0x31, 1, 2, 3];
    const [taken] = from.take(new Feed().video(0, hevcKey), 0);
    expect(taken?.message).toMatchObject({ start: true, payload: Buffer.from(hevcKey) });
  });

  test('is plain packets of the default track, whatever they were wrapped in', () => {
    const packet = (byte0: number, fourCc: string) =>
      Buffer.concat([Buffer.of(byte0), Buffer.from(fourCc), Buffer.of(1, 2)]);
    const [header, key] = [packet(0x90, 'avc1'), packet(0x91, 'avc1')];
    const from = source(false);
    const feed = new Feed();
    from.take(feed.video(0, [...withModEx(header)]), 0);
    from.take(feed.video(0, [...multitrackOf('video', 'one', [[1, packet(0x90, 'hvc1')]])]), 0);
    from.wanted = true;
    const taken = [
      ...from.take(feed.video(40, [...multitrackOf('video', 'one', [[1, packet(0x91, 'hvc1')]])]), 40),
      ...from.take(
        feed.video(40, [
          ...multitrackOf('video', 'many', [
            [0, key],
            [1, key],
          ]),
        ]),
        40,
      ),
    ];
    expect(
      taken.map(({ message, headers }) => [
        message.payload,
        message.start,
        headers.map(({ payload }) => payload),
      ]),
    ).toEqual([[key, true, [header]]]);
  });

  test.each([
    ['wraps', 2 ** 32 - 40, 1],
    ['is set back to 0', 500_000, 0],
    ['jumps an hour ahead', 1_000, 3_600_000],
  ])('keeps increasing when the publisher’s clock %s', (_, before, after) => {
    const from = source();
    const feed = new Feed();
    const times = [before, before + 33, after, after + 33, after + 66]
      .flatMap((timestamp, index) => from.take(feed.video(timestamp % 2 ** 32, video.key), index * 33))
      .map(({ message }) => message.timeMs);
    for (const [index, timeMs] of times.entries()) {
      if (index === 0) continue;
      expect(timeMs).toBeGreaterThan(times[index - 1]!);
      expect(timeMs - times[index - 1]!).toBeLessThanOrEqual(1_000);
    }
  });

  test('is the same however its bytes are split', () => {
    const feed = new Feed();
    const bytes = Buffer.concat([
      feed.video(0, video.header),
      feed.video(0, video.key),
      feed.audio(21),
      feed.video(33),
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 10 }), (cuts) => {
        const from = source();
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const taken = at.slice(1).flatMap((end, index) => from.take(bytes.subarray(at[index], end), 0));
        expect(taken.map(({ message }) => [message.type, message.payload.length])).toEqual([
          ['video', 6],
          ['video', 6],
          ['audio', 3],
          ['video', 6],
        ]);
      }),
      { numRuns: 100 },
    );
  });

  test('throws nothing but protocol errors on garbage', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (pieces) => {
        const from = source();
        try {
          for (const piece of pieces) from.take(piece, 0);
        } catch (fault) {
          expect(fault).toMatchObject({ name: 'ProtocolError' });
        }
      }),
      { numRuns: 300 },
    );
  });
});
