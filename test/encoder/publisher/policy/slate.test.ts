import { beforeEach, describe, expect, test } from '@jest/globals';
import { isRepeat, type StreamTag } from '../../../../lib/encoder/policy/stream-tag.ts';
import type { EncoderExit, EncoderProcessHandler } from '../../../../lib/encoder/ports.ts';
import { Intake } from '../../../../lib/encoder/publisher/intake.ts';
import {
  readSlate,
  type Slate,
  slateArguments,
  slatePicture,
} from '../../../../lib/encoder/publisher/policy/slate.ts';
import { SlateMaker } from '../../../../lib/encoder/publisher/slate-maker.ts';
import type { FlvTag } from '../../../../lib/protocol/flv/tag.ts';
import { writeFlvHeader, writeFlvTag } from '../../../../lib/protocol/flv/writer.ts';

/** x264's sequence header for 1280×720, with `profile` in place of its own. */
const header = (profile = 100): Buffer => {
  const avcC = '0164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800';
  const bytes = Buffer.from(`1700000000${avcC}`, 'hex');
  const spsProfileAt = 5 + 9;
  bytes[5 + 1] = profile;
  bytes[spsProfileAt] = profile;
  return bytes;
};
const keyframe = (mark: number, compositionMs = 0): Buffer =>
  Buffer.from([0x17, 1, 0, 0, compositionMs, 0, 0, 0, 1, mark]);
const slateHeader = Buffer.concat([header(), Buffer.from([0])]);
const slate: Slate = {
  videoHeader: slateHeader,
  pictures: Array.from({ length: 12 }, (_, index) => keyframe(100 + index)),
};

describe('The slate', () => {
  test('matches the publisher’s size, pixel aspect ratio and colours', () => {
    const args = slateArguments(header())!.join(' ');
    expect(args).toContain('scale=1280:720');
    expect(args).toContain('sample_aspect_ratio=1/1');
    expect(args).not.toContain('colour_primaries');
    expect(args).toContain('-g 1');
  });

  test('is not made for formats that it cannot match', () => {
    expect(slateArguments(header(110))).toBeUndefined();
    expect(slateArguments(header(244))).toBeUndefined();
    expect(slateArguments(Buffer.from([0x17, 0, 0, 0, 0, 1]))).toBeUndefined();
  });

  test('is only used if complete', () => {
    const video = (payload: Buffer): FlvTag => ({ type: 'video', timestampMs: 0, payload });
    const tags = [video(slateHeader), ...slate.pictures.map(video)];
    expect(readSlate(tags)).toEqual(slate);
    expect(readSlate(tags.slice(1))).toBeUndefined();
    expect(readSlate(tags.slice(0, -1))).toBeUndefined();
    expect(readSlate([])).toBeUndefined();
  });

  test('shows its pictures in turn, 100 ms each, with the publisher’s distance between decoding and presentation', () => {
    const at = (ms: number) => slatePicture(slate, ms, keyframe(1, 67));
    expect([0, 99, 100, 1199, 1200].map((ms) => at(ms).at(-1))).toEqual([100, 100, 101, 111, 100]);
    expect(at(0)[4]).toBe(67);
    expect(slate.pictures[0]?.[4]).toBe(0);
  });
});

describe('The slate maker', () => {
  let runs: { args: readonly string[]; handler: EncoderProcessHandler; killed: boolean }[];
  let said: (Slate | Error)[];
  let maker: SlateMaker;
  const exit: EncoderExit = { code: 0, signal: null, said: '' };
  const flv = Buffer.concat([
    writeFlvHeader({ audio: false, video: true }),
    ...[slateHeader, ...slate.pictures].flatMap((payload) =>
      writeFlvTag({ type: 'video', timestampMs: 0, payload }),
    ),
  ]);
  beforeEach(() => {
    runs = [];
    said = [];
    maker = new SlateMaker(
      (args, _, handler) => {
        const run = { args, handler, killed: false };
        runs.push(run);
        const kill = (): void => {
          run.killed = true;
          handler.exited({ ...exit, code: null, signal: 'SIGKILL' });
        };
        return { pid: 1, backlogBytes: 0, write() {}, endInput() {}, kill };
      },
      {
        made: (made) => said.push(made),
        failed: (cause) => said.push(cause),
        faulted: (cause) => said.push(cause as Error),
      },
    );
  });

  test('returns the slate when ffmpeg is done', () => {
    maker.make(header());
    runs[0]!.handler.output(0, flv);
    runs[0]!.handler.exited(exit);
    expect(said).toEqual([slate]);
  });

  test('reports ffmpeg’s output if there is no slate', () => {
    maker.make(header());
    runs[0]!.handler.output(0, flv.subarray(0, 60));
    runs[0]!.handler.exited({ code: 1, signal: null, said: 'no such filter' });
    expect(said).toEqual([new Error('ffmpeg exited with 1: no such filter')]);
  });

  test('accepts 8 MB at most', () => {
    maker.make(header());
    runs[0]!.handler.output(0, Buffer.alloc(9 * 1024 * 1024));
    expect(runs[0]!.killed).toBe(true);
    expect(said).toMatchObject([{ message: expect.stringContaining('8388608') }]);
  });

  test('abandons an older slate for a newer one, and everything when the broadcast ends', () => {
    maker.make(header());
    maker.make(header(77));
    expect(runs.map(({ killed }) => killed)).toEqual([true, false]);
    maker.stop();
    expect(runs.map(({ killed }) => killed)).toEqual([true, true]);
    maker.make(header());
    expect(runs).toHaveLength(2);
    expect(said).toEqual([]);
  });

  test('starts nothing for a format that has no slate', () => {
    maker.make(header(110));
    expect(runs).toEqual([]);
  });
});

describe('While a publisher is away', () => {
  const soundHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
  const sound = Buffer.from([0xaf, 1, 0x21, 0x10]);
  let tags: StreamTag[];
  let wanted: Buffer[];
  let intake: Intake;
  beforeEach(() => {
    tags = [];
    wanted = [];
    intake = new Intake({
      format() {},
      tag: (tag) => tags.push(tag),
      slateWanted: (videoHeader) => wanted.push(videoHeader),
      unusable() {},
    });
  });

  const push = (type: 'video' | 'audio', payload: Buffer, ms: number, nowMs = ms): void =>
    intake.push({ type, timestampMs: ms, payload, nowMs, sessionMs: ms });

  /** A session of two seconds, with a key frame each second, that ends at `endMs` of stream time. */
  function session(endMs: number, videoHeader = header()): void {
    const nowMs = endMs - 2000;
    push('video', videoHeader, 0, nowMs);
    push('audio', soundHeader, 0, nowMs);
    for (let ms = 0; ms < 2000; ms += 20) {
      const picture = keyframe(ms / 100);
      if (ms % 1000 > 0) picture[0] = 0x27;
      push('video', picture, ms, nowMs + ms);
      push('audio', sound, ms, nowMs + ms);
    }
  }

  const away = (fromMs: number, toMs: number): void => {
    for (let nowMs = fromMs; nowMs <= toMs; nowMs += 100) intake.tick(nowMs, false);
  };
  const videos = () => tags.filter(({ type }) => type === 'video');
  const isSlate = ({ videoHeader }: StreamTag) => videoHeader === slateHeader;

  test('its last picture stands for 5 s, then the slate takes its place', () => {
    session(2000);
    const real = videos().length;
    away(2100, 2900);
    expect(wanted).toEqual([]);
    away(3000, 5000);
    expect(wanted).toEqual([header()]);
    intake.slate(slate);
    away(5100, 20_000);
    const filler = videos().slice(real);
    const first = filler.findIndex(isSlate);
    expect(filler[first]!.streamMs - 1980).toBeGreaterThanOrEqual(5000);
    expect(filler[first - 1]!.streamMs - 1980).toBeLessThan(5000);
    expect(filler.slice(0, first).every(isRepeat)).toBe(true);
    expect(filler.slice(first).every(isSlate)).toBe(true);
    expect(wanted).toHaveLength(1);
  });

  test('the last picture stays if there is no slate', () => {
    session(2000);
    const real = videos().length;
    away(2100, 20_000);
    expect(videos().length).toBeGreaterThan(real + 150);
    expect(videos().slice(real).every(isRepeat)).toBe(true);
  });

  test('its own pictures resume at its next key frame, and the next absence begins with its last one again', () => {
    session(2000);
    away(2100, 5000);
    intake.slate(slate);
    away(5100, 10_000);
    intake.beginSession();
    const before = videos().length;
    session(13_000);
    const back = videos().slice(before);
    // Up to its first picture the slate stays.
    const first = back.findIndex((tag) => !isSlate(tag));
    expect(back[first]).toMatchObject({ keyframe: true, streamMs: 11_000 });
    expect(back.slice(first).every((tag) => !isSlate(tag) && !isRepeat(tag))).toBe(true);
    away(13_100, 17_000);
    expect(
      videos()
        .slice(before + first)
        .filter(isSlate),
    ).toEqual([]);
    away(17_100, 20_000);
    expect(isSlate(videos().at(-1)!)).toBe(true);
    expect(wanted).toHaveLength(1);
  });

  test('audio that arrives without pictures does not bring the last picture back', () => {
    session(2000);
    away(2100, 5000);
    intake.slate(slate);
    away(5100, 10_000);
    for (let ms = 10_000; ms < 14_000; ms += 20) {
      push('audio', sound, ms);
      intake.tick(ms, true);
    }
    expect(isSlate(videos().at(-1)!)).toBe(true);
  });
});
