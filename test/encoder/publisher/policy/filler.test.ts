import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fillerFor,
  fillerToEnd,
  repeatsBetween,
  silencesBetween,
  type TrackNeed,
} from '../../../../lib/encoder/publisher/policy/filler.ts';
import { partLengthsMs, segmentMs } from '../../../../lib/packaging/segment-grid.ts';

const track = (lastMs: number, rest: Partial<TrackNeed> = {}): TrackNeed => ({
  lastMs,
  lagMs: 0,
  silentMs: 10_000,
  filled: false,
  ...rest,
});
const need = {
  nowMs: 10_000,
  video: track(10_000),
  audio: track(10_000),
  audioFrameMs: 1024 / 48,
  publisherPresent: true,
  hasSound: true,
  mayCatchUp: false,
  partMs: segmentMs,
};

describe('Filler', () => {
  test('lies after what is there, rises, and never passes the clock', () => {
    const time = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(time, time, time, fc.boolean(), fc.boolean(), (nowMs, videoMs, audioMs, present, sound) => {
        const { video, audio } = fillerFor({
          ...need,
          nowMs,
          video: track(videoMs),
          audio: track(audioMs),
          publisherPresent: present,
          hasSound: sound,
        });
        for (const [times, lastMs] of [
          [video, videoMs],
          [audio, audioMs],
        ] as const) {
          const misplaced = times.filter(
            (at, index) => !(at > (times[index - 1] ?? lastMs) && at <= Math.max(nowMs, videoMs)),
          );
          expect(misplaced).toEqual([]);
        }
      }),
    );
  });

  test('waits three seconds for a publisher that is there, and not at all for one that is gone', () => {
    const silent = { ...need, video: track(8000), audio: track(8000) };
    expect(fillerFor(silent).video).toEqual([]);
    expect(fillerFor({ ...silent, publisherPresent: false }).video.at(-1)).toBe(9800);
    expect(fillerFor({ ...silent, nowMs: 11_300 }).video[0]).toBe(8100);
  });

  test('waits a second for one track while the other arrives', () => {
    const arriving = track(9990, { silentMs: 20 });
    expect(fillerFor({ ...need, video: track(8900), audio: arriving }).video).toEqual([]);
    expect(fillerFor({ ...need, video: track(8700), audio: arriving }).video.length).toBeGreaterThan(8);
    expect(fillerFor({ ...need, video: arriving, audio: track(8700) }).audio.length).toBeGreaterThan(40);
  });

  test('goes on without waiting once it has begun, and leaves a track that is always late its place', () => {
    const filled = track(9700, { filled: true });
    expect(fillerFor({ ...need, video: filled }).video).toEqual([9800]);
    const late = track(8400, { lagMs: 1500, filled: true, silentMs: 20 });
    expect(fillerFor({ ...need, audio: late }).audio).toEqual([]);
  });

  test('lets pictures wait for sound that is sent later, as players do anyway', () => {
    const sound = track(8300, { lagMs: 1500, silentMs: 20 });
    expect(fillerFor({ ...need, video: track(8400), audio: sound }).video).toEqual([]);
    expect(fillerFor({ ...need, video: track(7200), audio: sound }).video.at(-1)).toBe(8201);
  });

  test('makes both tracks end together', () => {
    const end = { audioFrameMs: 20, partMs: segmentMs };
    expect(fillerToEnd(10_000, 10_250, end).video).toEqual([10_100, 10_200]);
    expect(fillerToEnd(9960, 10_040, end).video).toEqual([]); // no segment for the sake of so little
    expect(fillerToEnd(10_050, 10_000, end).audio).toEqual([10_020, 10_040]);
    expect(fillerToEnd(10_000, 10_000, end)).toEqual({ video: [], audio: [] });
  });

  test('fills a hole in the sound up to the frame that follows, and takes jitter for none', () => {
    expect(silencesBetween(1_000, 1_021, 20)).toEqual([]);
    expect(silencesBetween(1_000, 1_110, 20)).toEqual([]);
    expect(silencesBetween(1_000, 1_130, 20)).toEqual([1_020, 1_040, 1_060, 1_080, 1_100]);
  });

  test('leaves the last repeat before a picture its time', () => {
    expect(repeatsBetween(3000, 3310, segmentMs)).toEqual([3100, 3200]);
  });

  test('lets pictures wait while a backlog may be up with the clock in a moment', () => {
    const filled = track(9000, { filled: true });
    expect(fillerFor({ ...need, video: filled, mayCatchUp: true }).video).toEqual([]);
  });

  test('puts silence beside the pictures of a publisher without sound', () => {
    expect(fillerFor({ ...need, audio: track(9500), hasSound: false }).audio.length).toBeGreaterThan(10);
  });

  test('has a picture just behind each line of the grid', () => {
    const { video } = fillerFor({ ...need, video: track(3950), publisherPresent: false });
    expect(video.filter((at) => at % segmentMs === 1)).toEqual([4001, 6001, 8001]);
    expect(repeatsBetween(3950, 6200, segmentMs)).toContain(4001);
    expect(repeatsBetween(3950, 6200, segmentMs)).toContain(6001);
  });

  test.each(partLengthsMs)('gives each part of %d ms its length while pictures stand', (partMs) => {
    const away = { ...need, nowMs: 30_000, video: track(10_001), publisherPresent: false, partMs };
    const { video } = fillerFor(away);
    const lines = video.filter((at) => at % partMs === 1);
    expect(lines).toEqual(
      Array.from({ length: Math.floor(19_799 / partMs) }, (_, at) => 10_001 + (at + 1) * partMs),
    );
    expect(repeatsBetween(10_020, 10_320, partMs).some((at) => at % partMs === 1)).toBe(partMs < 320);
  });

  test('shows no picture for less than one of 24 a second, even at a line of the grid', () => {
    expect(repeatsBetween(3990, 4200, segmentMs)).toEqual([4032, 4132]);
    expect(repeatsBetween(3880, 4030, segmentMs)).toEqual([]);
    expect(repeatsBetween(3840, 4030, segmentMs)).toEqual([3940]);
  });

  test('repeats a picture that stands, up to the next one, and leaves an ordinary frame rate alone', () => {
    expect(repeatsBetween(1000, 1040, segmentMs)).toEqual([]);
    expect(repeatsBetween(1000, 1100, segmentMs)).toEqual([]);
    expect(repeatsBetween(1000, 1350, segmentMs)).toEqual([1100, 1200, 1300]);
  });
});
