import { describe, expect, test } from '@jest/globals';
import { StepMeter } from '../../../../../lib/encoder/report/policy/health/step-meter.ts';

interface Sent {
  readonly fromMs?: number;
  readonly untilMs: number;
  /** By a picture's timestamp. */
  readonly keyframe?: (ms: number) => boolean;
  readonly isSent?: (ms: number) => boolean;
  readonly soundLateMs?: number;
  /** What timestamps begin with. */
  readonly firstMs?: number;
}

/** 25 pictures of 10,000 bytes and 50 sounds of 400 bytes a second. */
function send(meter: StepMeter, options: Sent): void {
  const { fromMs = 0, untilMs, keyframe = (ms) => ms % 2_000 === 0, isSent = () => true } = options;
  const { soundLateMs = 0, firstMs = 0 } = options;
  for (let ms = fromMs; ms < untilMs; ms += 20) {
    const timestampMs = (firstMs + ms) >>> 0;
    const at = { timestampMs, nowMs: ms };
    if (!isSent(ms)) continue;
    if (ms % 40 === 0)
      meter.media({ ...at, type: 'video', bytes: 10_000, keyframe: keyframe(ms), behindMs: 10 });
    meter.media({ ...at, type: 'audio', bytes: 400, keyframe: false, behindMs: 10 + soundLateMs });
  }
}

describe('what a publisher sends', () => {
  test('is measured in steps, by the time that they took', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 5_000 });
    expect(meter.take(5_000)).toEqual({
      forMs: 5_000,
      videoBps: 2_000_000,
      audioBps: 160_000,
      frameRate: 25,
      keyFrameIntervalMs: 2_000,
      lostPictures: 0,
      avOffsetMs: 0,
      gapMs: 40,
      mediaMs: 4_980,
    });
    send(meter, { fromMs: 5_000, untilMs: 7_500 });
    expect(meter.take(7_500)).toMatchObject({ forMs: 2_500, videoBps: 2_000_000 + 16_000, mediaMs: 2_520 });
  });

  test('is unknown before any of it has come, and nothing once it stops', () => {
    const meter = new StepMeter();
    expect(meter.take(5_000)).toBeUndefined();
    send(meter, { fromMs: 5_000, untilMs: 6_000 });
    meter.take(6_000);
    expect(meter.take(11_000)).toMatchObject({ videoBps: 0, frameRate: 0, gapMs: 5_040, mediaMs: 0 });
  });

  test('has the time without a picture, also while sound goes on, and also if that began in the step before', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 4_000 });
    meter.take(5_000);
    send(meter, { fromMs: 7_000, untilMs: 10_000 });
    expect(meter.take(10_000)).toMatchObject({ gapMs: 7_000 - 3_960 });
    for (let ms = 10_000; ms < 15_000; ms += 20)
      meter.media({ type: 'audio', bytes: 400, keyframe: false, timestampMs: ms, nowMs: ms, behindMs: 0 });
    expect(meter.take(15_000)).toMatchObject({ frameRate: 0, gapMs: 5_040 });
  });

  test('has no gap where our own clock was set forward', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 2_000 });
    meter.clockMoved(8_000);
    send(meter, { fromMs: 10_000, untilMs: 12_000 });
    expect(meter.take(12_000)).toMatchObject({ gapMs: 40 });
  });

  test('for sound alone has the time without sound', () => {
    const meter = new StepMeter();
    for (const ms of [0, 20, 40, 900, 920])
      meter.media({ type: 'audio', bytes: 400, keyframe: false, timestampMs: ms, nowMs: ms, behindMs: 0 });
    expect(meter.take(1_000)).toMatchObject({ gapMs: 860, avOffsetMs: undefined });
  });

  test('counts pictures that were left out and those that came too late', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 5_000, isSent: (ms) => ms < 2_000 || ms >= 2_400 });
    meter.pictureLate();
    expect(meter.take(5_000)).toMatchObject({ lostPictures: 10 + 1 });
    send(meter, { fromMs: 5_000, untilMs: 10_000 });
    expect(meter.take(10_000)).toMatchObject({ lostPictures: 0 });
  });

  test('has the sound’s delay', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 5_000, soundLateMs: 700 });
    expect(meter.take(5_000)).toMatchObject({ avOffsetMs: 700 });
  });

  test('goes on where timestamps wrap', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 5_000, firstMs: 2 ** 32 - 2_000 });
    expect(meter.take(5_000)).toMatchObject({ keyFrameIntervalMs: 2_000, lostPictures: 0, mediaMs: 4_980 });
  });
});

describe('the key frame interval', () => {
  const every = (intervalMs: number) => (ms: number) => ms % intervalMs === 0;

  test('is the longest that ended in the step, and the last one where none did', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 5_000, keyframe: (ms) => [0, 400, 3_000].includes(ms) });
    expect(meter.take(5_000)).toMatchObject({ keyFrameIntervalMs: 2_600 });
    send(meter, { fromMs: 5_000, untilMs: 5_400, keyframe: () => false });
    expect(meter.take(5_400)).toMatchObject({ keyFrameIntervalMs: 2_600 });
  });

  test('is unknown before the second key frame, unless that is overdue', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 4_000, keyframe: every(10_000) });
    expect(meter.take(4_000)?.keyFrameIntervalMs).toBeUndefined();
    send(meter, { fromMs: 4_000, untilMs: 9_000, keyframe: every(10_000) });
    expect(meter.take(9_000)).toMatchObject({ keyFrameIntervalMs: 8_960 });
    send(meter, { fromMs: 9_000, untilMs: 14_000, keyframe: every(10_000) });
    expect(meter.take(14_000)).toMatchObject({ keyFrameIntervalMs: 10_000 });
  });

  test('of another session says nothing', () => {
    const meter = new StepMeter();
    send(meter, { untilMs: 5_000, keyframe: every(4_000) });
    meter.beginSession();
    expect(meter.take(6_000)).toBeUndefined();
    send(meter, { fromMs: 6_000, untilMs: 7_000, firstMs: 500_000, keyframe: every(6_000) });
    expect(meter.take(8_000)).toMatchObject({ keyFrameIntervalMs: undefined, lostPictures: 0 });
  });
});
