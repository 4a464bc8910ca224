import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StreamTag } from '../../../lib/encoder/policy/stream-tag.ts';
import { Intake } from '../../../lib/encoder/publisher/intake.ts';
import { segmentMs } from '../../../lib/packaging/segment-grid.ts';

/** x264's sequence header for 1280×720. */
const videoHeader = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);
const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const audioStepMs = 64;
const endMs = 24_000;

interface Sent {
  readonly type: 'video' | 'audio';
  readonly ms: number;
  readonly atMs: number;
  readonly keyframe: boolean;
}

/** What an encoder and its network do: all of it as they really do. */
const schedule = fc.record({
  pictureStepMs: fc.constantFrom(33, 40, 67, 100, 400, 2500),
  gopMs: fc.constantFrom(1000, 2000, 5000, 10_000, 20_000),
  audioLateMs: fc.constantFrom(0, 0, 0, 150, 1500, 2500),
  jitterMs: fc.constantFrom(0, 20, 200),
  /** From when, for how long, and what is missing or held up meanwhile. */
  faults: fc.array(
    fc.record({
      kind: fc.constantFrom('burst', 'clock-stops', 'no-pictures', 'no-sound', 'reconnect'),
      atMs: fc.integer({ min: 3000, max: 12_000 }),
      forMs: fc.constantFrom(400, 1200, 2500, 4000, 7000),
    }),
    { maxLength: 2 },
  ),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer One> ? One : never;

/** Every tag with its publisher's time and when it arrives, in the order of arrival. */
function play({ pictureStepMs, gopMs, audioLateMs, jitterMs, faults }: Schedule, seed: number): Sent[] {
  let state = seed | 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const sent: Sent[] = [];
  const add = (type: 'video' | 'audio', ms: number, keyframe: boolean): void => {
    let atMs = ms + (type === 'audio' ? audioLateMs : 0) + random() * jitterMs;
    for (const { kind, atMs: from, forMs } of faults) {
      const within = ms >= from && ms < from + forMs;
      if (kind === 'no-pictures' && type === 'video' && within) return;
      if (kind === 'no-sound' && type === 'audio' && within) return;
      if (kind === 'reconnect' && within) return;
      if (kind === 'burst' && within) atMs = Math.max(atMs, from + forMs);
      if (kind === 'clock-stops' && ms >= from) atMs += forMs;
    }
    sent.push({ type, ms, atMs, keyframe });
  };
  let nextKeyMs = 0;
  for (let ms = 0; ms < endMs; ms += pictureStepMs) {
    const keyframe = ms >= nextKeyMs;
    if (keyframe) nextKeyMs = ms + gopMs;
    add('video', Math.round(ms), keyframe);
  }
  for (let ms = 0; ms < endMs; ms += audioStepMs) add('audio', Math.round(ms), false);
  // A track's tags keep their order on one connection.
  for (const type of ['video', 'audio'] as const) {
    let lastMs = 0;
    sent.forEach((each, index) => {
      if (each.type !== type) return;
      lastMs = Math.max(lastMs, each.atMs);
      sent[index] = { ...each, atMs: lastMs };
    });
  }
  return sent.sort((a, b) => a.atMs - b.atMs);
}

const payloadOf = ({ type, keyframe, ms }: Sent): Buffer => {
  const mark = Buffer.alloc(4);
  mark.writeUInt32BE(ms);
  return Buffer.concat([
    Buffer.from(type === 'video' ? [keyframe ? 0x17 : 0x27, 1, 0, 0, 0, 0, 0, 0, 1] : [0xaf, 1, 0x21]),
    mark,
  ]);
};

interface Shown extends StreamTag {
  /** Publisher's time; undefined for filler. */
  readonly ms: number | undefined;
  readonly nowMs: number;
}

/** Runs a schedule through the intake, with a tick each 100 ms of the clock. */
function run(sent: readonly Sent[]): { tags: Shown[]; untilMs: number } {
  const tags: Shown[] = [];
  let nowMs = 0;
  const intake = new Intake({
    format() {},
    tag: (tag, sessionMs) => tags.push({ ...tag, ms: sessionMs, nowMs }),
    slateWanted() {},
    unusable({ reason }) {
      throw new Error(reason);
    },
  });
  const push = (type: 'video' | 'audio', ms: number, payload: Buffer): void =>
    intake.push({ type, timestampMs: ms, payload, nowMs, sessionMs: ms });
  push('video', 0, videoHeader);
  push('audio', 0, audioHeader);
  const untilMs = Math.ceil(Math.max(...sent.map(({ atMs }) => atMs)) / 100) * 100;
  let next = 0;
  for (let tickMs = 0; tickMs <= untilMs; tickMs += 100) {
    for (; next < sent.length && sent[next]!.atMs <= tickMs; next++) {
      const each = sent[next]!;
      nowMs = Math.max(nowMs, each.atMs);
      push(each.type, each.ms, payloadOf(each));
    }
    nowMs = tickMs;
    intake.tick(nowMs, true);
  }
  return { tags, untilMs };
}

function check(sent: readonly Sent[]): void {
  const { tags, untilMs } = run(sent);
  const shown = tags.filter(({ hidden }) => !hidden);
  const steps = (times: readonly number[]): number[] => times.slice(1).map((ms, index) => ms - times[index]!);
  const timesOf = (type: 'video' | 'audio'): number[] =>
    shown.filter((tag) => tag.type === type).map(({ streamMs }) => streamMs);
  const pictures = timesOf('video');
  expect(Math.min(...steps(pictures), ...steps(timesOf('audio')))).toBeGreaterThan(0);
  // 1. No number of the grid is without a picture, from the first to the last, and each begins on its line.
  expect(Math.max(...steps(pictures))).toBeLessThanOrEqual(150);
  for (let lineMs = segmentMs; lineMs < pictures.at(-1)!; lineMs += segmentMs)
    expect(pictures.find((at) => at >= lineMs)! - lineMs).toBeLessThanOrEqual(100);
  // 2. Sound is shown at the time of the picture before it or after it, as the publisher sent them.
  const offsets = (type: 'video' | 'audio') =>
    shown
      .flatMap((tag) =>
        tag.type === type && tag.ms !== undefined ? [{ ms: tag.ms, offsetMs: tag.streamMs - tag.ms }] : [],
      )
      .sort((a, b) => a.ms - b.ms);
  const video = offsets('video');
  let at = 0;
  const errors = offsets('audio').map(({ ms, offsetMs }) => {
    while (at + 1 < video.length && video[at + 1]!.ms <= ms) at++;
    return Math.min(...video.slice(at, at + 2).map((one) => Math.abs(one.offsetMs - offsetMs)));
  });
  expect(Math.max(...errors)).toBeLessThanOrEqual(40);
  // 3. What is shown is never ahead of the clock, and at the end not far behind it.
  const aheadMs = shown.filter(({ type }) => type === 'video').map(({ streamMs, nowMs }) => streamMs - nowMs);
  expect(Math.max(...aheadMs)).toBeLessThanOrEqual(1000);
  expect(pictures.at(-1)!).toBeGreaterThanOrEqual(untilMs - 4000);
  // 4. Every picture from the first key frame on is decoded.
  const decoded = new Set(tags.flatMap(({ type, ms }) => (type === 'video' && ms !== undefined ? [ms] : [])));
  const firstMs = sent.find(({ type, keyframe }) => type === 'video' && keyframe)!.ms;
  const lost = sent.filter(({ type, ms }) => type === 'video' && ms >= firstMs && !decoded.has(ms));
  expect(lost).toEqual([]);
}

describe('whatever an encoder and its network do', () => {
  test('no segment lacks pictures, both tracks stay in step, the edge follows the clock, and every picture is decoded', () => {
    fc.assert(
      fc.property(schedule, fc.integer(), (plan, seed) => check(play(plan, seed))),
      { numRuns: 300, seed: 20_261_127 },
    );
  });
});
