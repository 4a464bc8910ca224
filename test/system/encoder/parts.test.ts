import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { findFfmpeg } from '../../../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { ffmpegStarter } from '../../../lib/adapters/node/ffmpeg/ffmpeg-process.ts';
import { ReadBatch } from '../../../lib/adapters/node/net/read-batch.ts';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import { Encoding } from '../../../lib/encoder/encoding/encoding.ts';
import type { FfmpegBuild } from '../../../lib/encoder/encoding/policy/ffmpeg/ffmpeg-version.ts';
import { ReturnTurn } from '../../../lib/encoder/encoding/policy/ladder/rung-return.ts';
import type { Part } from '../../../lib/encoder/encoding/policy/segmenting/part.ts';
import type { SegmentGroup } from '../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import { decideFormat } from '../../../lib/encoder/policy/input-format.ts';
import { FlvReader } from '../../../lib/protocol/flv/reader.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';
import { Changing } from '../../../testkit/until.ts';

const seconds = 7;
let build: FfmpegBuild;
let media: FlvTag[];

beforeAll(async () => {
  build = await findFfmpeg();
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25'],
      ...['-f', 'lavfi', '-i', 'sine=r=48000', '-t', String(seconds), '-c:v', 'libx264'],
      ...[
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
        '-g',
        '50',
        '-c:a',
        'aac',
        '-ac',
        '2',
        '-f',
        'flv',
        'pipe:1',
      ],
    ],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  );
  media = new FlvReader().push(stdout).filter(({ type }) => type !== 'script');
});

/** An encoding with a real ffmpeg, and what it hands on. */
class Encoded extends Changing {
  readonly parts: { readonly track: string; readonly part: Part }[] = [];
  readonly groups: SegmentGroup[] = [];
  readonly encoding: Encoding;
  pid: number | undefined;
  crashes = 0;
  #next = 0;

  constructor() {
    super();
    const start = ffmpegStarter(build.path, new ReadBatch(5));
    this.encoding = new Encoding(
      {
        startEncoder: (args, outputs, handler) => {
          const process = start(args, outputs, handler);
          this.pid = process.pid;
          return process;
        },
        ffmpeg: build,
        ladder: defaultLadder,
        partMs: 500,
        clock: { nowMs: () => performance.now(), wallMs: () => Date.now() },
        streamId: newStreamId(),
        returnTurn: new ReturnTurn(),
      },
      {
        part: (track, part, headers) => {
          expect([...headers.keys()].at(-1)).toBe('audio');
          this.parts.push({ track, part });
          this.changed();
        },
        group: (group) => this.groups.push(group),
        captions() {},
        started() {},
        shed() {},
        restored() {},
        sizeRefused() {},
        crashed: () => {
          this.crashes++;
          this.changed();
        },
        stuck() {},
        failed() {},
        faulted: (cause) => {
          throw cause;
        },
      },
    );
  }

  /** Feeds media up to this stream time. */
  feed(untilMs: number): void {
    const [videoHeader, audioHeader] = (['video', 'audio'] as const).map(
      (type) => media.find((tag) => tag.type === type && tag.payload[1] === 0)!.payload,
    );
    this.encoding.format(
      decideFormat({ videoHeader: videoHeader!, audioHeader: audioHeader!, measuredFrameRate: 25 }),
    );
    for (let tag = media[this.#next]; tag && tag.timestampMs < untilMs; tag = media[++this.#next]) {
      const { payload, timestampMs: streamMs, type } = tag;
      if (type === 'script' || payload[1] === 0) continue;
      const keyframe = type === 'video' && payload[0] === 0x17;
      this.encoding.feed({
        type,
        streamMs,
        payload,
        keyframe,
        videoHeader: videoHeader!,
        audioHeader: audioHeader!,
      });
    }
    this.encoding.flush();
  }

  of(track: string, run: number, number: number): Part[] {
    return this.parts
      .filter((each) => each.track === track && each.part.run === run && each.part.number === number)
      .map(({ part }) => part);
  }
}

test('parts come out before the next picture goes in, and make up their segments', async () => {
  const encoded = new Encoded();
  // The last picture of a part of segment 1 has gone in, and nothing else.
  encoded.feed(3500);
  await encoded.until(() => encoded.of('360p', 1, 1).length === 3);
  encoded.feed(Number.POSITIVE_INFINITY);
  await encoded.encoding.end();
  expect(encoded.groups.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
  for (const { number, segments } of encoded.groups) {
    for (const [track, { chunks }] of segments) {
      const parts = encoded.of(track, 1, number);
      expect(parts.map(({ index }) => index)).toEqual(parts.map((_, at) => at));
      expect(parts.map(({ chunk }) => chunk)).toEqual(chunks);
    }
  }
  // No part is of sound that no group has.
  expect(Math.max(...encoded.parts.map(({ part }) => part.number))).toBe(3);
});

test('after a crash a segment is made again, with a key frame where its parts had ended', async () => {
  const encoded = new Encoded();
  encoded.feed(3100);
  await encoded.until(() => encoded.of('360p', 1, 1).length === 2);
  process.kill(encoded.pid!, 'SIGKILL');
  await encoded.until(() => encoded.crashes === 1);
  const published = encoded.of('360p', 1, 1);
  encoded.encoding.tick();
  encoded.feed(Number.POSITIVE_INFINITY);
  await encoded.encoding.end();
  const again = encoded.of('360p', 2, 1);
  expect(again.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(again.map(({ independent }) => independent)).toEqual([true, false, true, false]);
  // Players go from one to the other without a hole.
  expect(again.slice(0, 2).map(({ startTicks }) => startTicks)).toEqual(
    published.map(({ startTicks }) => startTicks),
  );
  expect(encoded.groups.map(({ number, run }) => [number, run])).toEqual([
    [0, 1],
    [1, 2],
    [2, 2],
    [3, 2],
  ]);
  for (const { segments } of encoded.groups.slice(0, -1))
    expect(segments.get('360p')!.durationTicks).toBe(180_000);
});

test('the first run makes a key frame where another worker left off', async () => {
  const encoded = new Encoded();
  encoded.encoding.keyFramesAt([1500]);
  encoded.feed(Number.POSITIVE_INFINITY);
  await encoded.encoding.end();
  expect(encoded.of('360p', 1, 0).map(({ independent }) => independent)).toEqual([true, false, false, true]);
  expect(encoded.of('360p', 1, 1).map(({ independent }) => independent)).toEqual([true, false, false, false]);
});
