import { describe, expect, test } from '@jest/globals';
import {
  type HealthFacts,
  judgeHealth,
} from '../../../../../lib/encoder/report/policy/health/judge-health.ts';
import type { MeasuredStep } from '../../../../../lib/encoder/report/policy/health/step-meter.ts';

const step = (change: Partial<MeasuredStep> = {}): MeasuredStep => ({
  forMs: 5_000,
  videoBps: 4_000_000,
  audioBps: 160_000,
  frameRate: 30,
  keyFrameIntervalMs: 2_000,
  lostPictures: 0,
  avOffsetMs: -12,
  gapMs: 41,
  mediaMs: 5_000,
  ...change,
});
const steps = (change: Partial<MeasuredStep> = {}, count = 6): MeasuredStep[] =>
  Array.from({ length: count }, () => step(change));
const judge = (change: Partial<HealthFacts> = {}) =>
  judgeHealth({
    steps: steps(),
    frameRate: 30,
    hasSound: true,
    keyFrameAwaited: false,
    lagMs: 600,
    encoderSpeed: 1,
    turnedOff: [],
    ...change,
  });
const codes = (change: Partial<HealthFacts>): string[] => judge(change).reasons.map(({ code }) => code);
const only = (change: Partial<HealthFacts>) => {
  const { verdict, reasons } = judge(change);
  expect(reasons).toHaveLength(1);
  return { verdict, ...reasons[0]! };
};

describe('a verdict', () => {
  test('is excellent where nothing is wrong, and says no more', () => {
    expect(judge()).toEqual({ verdict: 'excellent', reasons: [] });
  });

  test.each<[string, Partial<HealthFacts>]>([
    ['after one step', { steps: steps({}, 1) }],
    [
      'of sound alone',
      { steps: steps({ videoBps: 0, frameRate: 0, avOffsetMs: undefined }), frameRate: undefined },
    ],
    ['without sound', { steps: steps({ audioBps: 0, avOffsetMs: undefined }), hasSound: false }],
    ['of one slide a second', { steps: steps({ frameRate: 1, gapMs: 1_010 }), frameRate: 1 }],
    ['of one picture that came late', { steps: [step({ lostPictures: 1 }), ...steps({}, 5)] }],
    ['after one short stall', { steps: [step({ gapMs: 1_200 }), ...steps({}, 5)] }],
    ['with a key frame every 4 s', { steps: steps({ keyFrameIntervalMs: 4_000 }) }],
    ['on a channel, which encodes elsewhere', { lagMs: undefined, encoderSpeed: undefined }],
  ])('is excellent %s', (_, facts) => {
    expect(judge(facts)).toEqual({ verdict: 'excellent', reasons: [] });
  });

  test('is that of the worst reason, which comes first', () => {
    const { verdict, reasons } = judge({
      turnedOff: ['1080p'],
      steps: steps({ keyFrameIntervalMs: 10_000, lostPictures: 30 }),
    });
    expect(verdict).toBe('bad');
    expect(reasons.map(({ code }) => code)).toEqual(['uplink-drops', 'renditions-off', 'key-frames-rare']);
  });
});

describe('key frames', () => {
  test('every 10 s are fair, with the number and what to set', () => {
    expect(only({ steps: steps({ keyFrameIntervalMs: 10_000 }) })).toEqual({
      verdict: 'fair',
      code: 'key-frames-rare',
      message: 'Key frames come every 10 s.',
      advice: 'Set the key frame interval of your encoder to 2 s.',
    });
  });

  test('every 20 s are bad', () => {
    expect(only({ steps: steps({ keyFrameIntervalMs: 20_000 }) })).toMatchObject({ verdict: 'bad' });
  });

  test('that were rare once count for half a minute', () => {
    expect(codes({ steps: [step({ keyFrameIntervalMs: 9_000 }), ...steps({}, 5)] })).toEqual([
      'key-frames-rare',
    ]);
  });

  test('that never came are bad, although nothing could be measured', () => {
    expect(only({ steps: [], keyFrameAwaited: true })).toMatchObject({
      verdict: 'bad',
      code: 'key-frame-awaited',
    });
  });
});

describe('an uplink', () => {
  test('that drops some pictures is fair, and the advice is below what gets through', () => {
    expect(only({ steps: [step({ lostPictures: 12 }), ...steps({}, 5)] })).toEqual({
      verdict: 'fair',
      code: 'uplink-drops',
      message: '12 pictures of the last 30 s (1.3 %) were left out or came too late.',
      advice: 'Your uplink drops pictures: lower the bitrate to 3.0 Mb/s, or use a cable instead of Wi-Fi.',
    });
  });

  test('that drops many is bad', () => {
    expect(
      only({ steps: steps({ frameRate: 20, lostPictures: 50, videoBps: 900_000, audioBps: 100_000 }) }),
    ).toMatchObject({
      verdict: 'bad',
      message: '300 pictures of the last 30 s (33 %) were left out or came too late.',
      advice: expect.stringContaining('lower the bitrate to 0.7 Mb/s'),
    });
  });

  test('with next to nothing left is not advised to send nothing', () => {
    const { advice } = only({ steps: steps({ lostPictures: 50, videoBps: 200_000, audioBps: 64_000 }) });
    expect(advice).toContain('lower the bitrate and the resolution,');
  });

  test('that brings less than a second in a second is too slow, and not the encoder', () => {
    const slow = step({ frameRate: 27, mediaMs: 4_500 });
    expect(only({ steps: [slow, slow, slow] })).toMatchObject({ verdict: 'fair', code: 'uplink-slow' });
    const slower = step({ frameRate: 18, mediaMs: 3_000 });
    expect(only({ steps: [slower, slower, slower] })).toMatchObject({
      verdict: 'bad',
      message: 'Only 0.60 s of media arrives in a second.',
    });
  });

  test('is not judged by what waits because we read no more', () => {
    const slow = steps({ frameRate: 18, mediaMs: 3_000, gapMs: 2_500 });
    expect(codes({ steps: slow, lagMs: 6_000, encoderSpeed: 0.6 })).toEqual(['encoder-slow']);
  });

  test('that stops again and again is fair, and bad for long', () => {
    expect(only({ steps: [step({ gapMs: 1_000 }), step({ gapMs: 1_400 }), ...steps({}, 4)] })).toMatchObject({
      verdict: 'fair',
      code: 'uplink-stalls',
      message: 'The media stops at times: nothing came for 1.4 s.',
    });
    const silent = step({ gapMs: 6_000, frameRate: 0, videoBps: 0, audioBps: 0, mediaMs: 0 });
    expect(only({ steps: [...steps({}, 4), silent] })).toMatchObject({
      verdict: 'bad',
      code: 'uplink-stalls',
    });
  });
});

describe('a publisher', () => {
  test('whose encoder makes fewer pictures than it began with is told so', () => {
    expect(only({ steps: steps({ frameRate: 24.2 }) })).toMatchObject({
      verdict: 'fair',
      code: 'frame-rate-low',
      message: 'Your encoder sends 24 pictures a second instead of 30.',
    });
    expect(only({ steps: steps({ frameRate: 11 }) })).toMatchObject({ verdict: 'bad' });
  });

  test('that sends sound only, or pictures only, is told so', () => {
    const noPicture = step({ gapMs: 9_000, frameRate: 0, videoBps: 0 });
    expect(only({ steps: [...steps({}, 4), noPicture] })).toMatchObject({
      verdict: 'bad',
      code: 'pictures-missing',
      message: 'No picture has come for 9 s, only sound.',
    });
    expect(only({ steps: steps({ audioBps: 0, avOffsetMs: undefined }, 3) })).toMatchObject({
      verdict: 'bad',
      code: 'sound-missing',
    });
  });

  test.each([
    [700, 'fair', /^The sound comes 700 ms after the pictures, so viewers/],
    [-2_000, 'bad', /^The pictures come 2 s after the sound, so viewers/],
  ])('whose sound is %i ms later than its pictures is %s', (avOffsetMs, verdict, message) => {
    const found = only({ steps: steps({ avOffsetMs }) });
    expect(found).toMatchObject({ verdict, code: 'sound-apart' });
    expect(found.message).toMatch(message);
  });
});

describe('this machine', () => {
  test('that turned renditions off is fair, with their names', () => {
    expect(only({ turnedOff: ['720p'] })).toMatchObject({
      verdict: 'fair',
      message: 'This machine can’t keep up: 720p was turned off.',
    });
    expect(only({ turnedOff: ['1080p', '720p'] }).message).toContain('1080p and 720p were turned off');
  });

  test('that falls behind is bad', () => {
    expect(only({ lagMs: 3_400, encoderSpeed: 0.71 })).toMatchObject({
      verdict: 'bad',
      message: 'This machine can’t keep up: it encodes at 0.7× real time and is 3.4 s behind.',
    });
  });
});
