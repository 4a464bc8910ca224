import { expect, test } from '@jest/globals';
import { Intake } from '../../../lib/encoder/publisher/intake.ts';

/** x264's sequence header for 1280×720. */
const videoHeader = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);
const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const sound = Buffer.concat([Buffer.from([0xaf, 1]), Buffer.alloc(398)]);
const picture = (byte0: number, nalHeader: number): Buffer =>
  Buffer.concat([Buffer.from([byte0, 1, 0, 0, 0, 0, 0, 3, 0xdf, nalHeader]), Buffer.alloc(990)]);
const [keyframe, inter] = [picture(0x17, 5), picture(0x27, 0x41)];

/** A publisher whose timestamps are those of the clock, unless `sentAt` holds it up. */
function receive(untilMs: number, sentAt: (ms: number) => number = (ms) => ms) {
  const intake = new Intake({
    format() {},
    tag() {},
    slateWanted() {},
    unusable: ({ reason }) => {
      throw new Error(reason);
    },
  });
  const media: { at: number; ms: number; type: 'video' | 'audio'; payload: Buffer }[] = [];
  for (let ms = 0; ms < untilMs; ms += 20) {
    const at = sentAt(ms);
    if (ms % 40 === 0) media.push({ at, ms, type: 'video', payload: ms % 10_000 === 0 ? keyframe : inter });
    media.push({ at, ms, type: 'audio', payload: sound });
  }
  const push = (type: 'video' | 'audio', timestampMs: number, payload: Buffer, nowMs: number): void =>
    intake.push({ type, timestampMs, payload, nowMs, sessionMs: timestampMs });
  push('video', 0, videoHeader, 0);
  push('audio', 0, audioHeader, 0);
  for (let nowMs = 0; nowMs < untilMs; nowMs += 20) {
    while (media[0] && media[0].at <= nowMs) {
      const { type, ms, payload } = media.shift()!;
      push(type, ms, payload, nowMs);
    }
    if (nowMs % 100 === 0) intake.tick(nowMs, true);
  }
  return intake.steps;
}

test('what is received is measured as it was sent, without the headers', () => {
  const steps = receive(20_000);
  expect(steps.take(20_000)).toMatchObject({
    videoBps: 25 * 1_000 * 8,
    audioBps: 50 * 400 * 8,
    frameRate: 25,
    keyFrameIntervalMs: 10_000,
    lostPictures: 0,
    gapMs: 40,
    avOffsetMs: expect.closeTo(0, 0),
  });
});

test('pictures that come when filler has taken their time are lost, and what was waited for is a gap', () => {
  const steps = receive(20_000, (ms) => (ms >= 5_000 && ms < 11_000 ? 11_000 : ms));
  const { lostPictures, gapMs } = steps.take(20_000)!;
  expect(gapMs).toBe(11_000 - 4_960);
  // Filler begins after three seconds, and what it has taken is not shown again.
  expect(lostPictures).toBeGreaterThan(60);
  expect(lostPictures).toBeLessThanOrEqual(150);
});

test('nothing is measured before the first key frame', () => {
  const intake = new Intake({ format() {}, tag() {}, slateWanted() {}, unusable() {} });
  intake.push({ type: 'video', timestampMs: 0, payload: videoHeader, nowMs: 0, sessionMs: 0 });
  for (let ms = 0; ms < 3_000; ms += 40)
    intake.push({ type: 'video', timestampMs: ms, payload: inter, nowMs: ms, sessionMs: ms });
  expect(intake.steps.take(3_000)).toBeUndefined();
});
