import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type HeardTag, Timeline } from '../../../../../lib/encoder/publisher/policy/timeline/timeline.ts';
import type { Track } from '../../../../../lib/encoder/publisher/policy/timeline/timeline-track.ts';

const track = fc.constantFrom<Track>('video', 'audio');
const timestamp = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0xffffff00, max: 0xffffffff }),
);
/** What can happen to a timeline; `stepMs` is how far the clock moves before it. */
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('tag' as const), track, timestamp, stepMs: fc.nat(200) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('session' as const), stepMs: fc.nat(5000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fill' as const), track, stepMs: fc.nat(3000) }) },
);

interface Sent {
  readonly track: Track;
  /** By the publisher's clock. */
  readonly ms: number;
  /** When it arrives. */
  readonly atMs: number;
}

/** 25 pictures and 50 frames of sound a second; `arrival` says when a tag of this time arrives. */
function media(
  fromMs: number,
  untilMs: number,
  arrival: (track: Track, ms: number) => number = (_, ms) => ms,
): Sent[] {
  const sent: Sent[] = [];
  for (let ms = fromMs; ms < untilMs; ms += 20) {
    if (ms % 40 === 0) sent.push({ track: 'video', ms, atMs: arrival('video', ms) });
    sent.push({ track: 'audio', ms, atMs: arrival('audio', ms) });
  }
  return sent.sort((a, b) => a.atMs - b.atMs);
}

interface Placed extends Sent {
  readonly streamMs: number;
  readonly late: boolean;
}

/** Places media as it arrives. With `fill`, a track that falls so far behind the clock is filled up to 200 ms before now. */
function place(timeline: Timeline, sent: readonly Sent[], fill = 3000): Placed[] {
  let tickMs = 0;
  return sent.map((each) => {
    for (; tickMs < each.atMs; tickMs += 100) {
      for (const one of ['video', 'audio'] as const) {
        const waits = timeline.isFilled(one) ? 0 : fill;
        const dueMs = tickMs - 200 - timeline.lagOf(one);
        while (
          timeline.lastOf(one) < dueMs - waits ||
          (timeline.isFilled(one) && timeline.lastOf(one) < dueMs - 20)
        )
          timeline.fill(one, timeline.lastOf(one) + 20);
      }
    }
    return { ...each, ...timeline.place(each.track, each.ms >>> 0, each.atMs) };
  });
}

/** The largest distance between sound and the picture next to it: their offsets against each other. */
function outOfStepMs(placed: readonly Placed[]): number {
  const inOrder = placed.filter(({ late }) => !late).sort((a, b) => a.ms - b.ms);
  const offset: Partial<Record<Track, number>> = {};
  let most = 0;
  for (const { track: one, streamMs, ms } of inOrder) {
    offset[one] = streamMs - ms;
    if (offset.video !== undefined && offset.audio !== undefined)
      most = Math.max(most, Math.abs(offset.video - offset.audio));
  }
  return most;
}

describe('The timeline', () => {
  test('rises strictly within what is shown of a track, whatever a publisher sends', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
        const timeline = new Timeline();
        const last = { video: -1, audio: -1 };
        const misplaced: object[] = [];
        let nowMs = 0;
        for (const each of happenings) {
          nowMs += each.stepMs;
          if (each.kind === 'session') {
            timeline.beginSession();
            continue;
          }
          const { streamMs, late } =
            each.kind === 'fill'
              ? { streamMs: timeline.fill(each.track, nowMs), late: false }
              : timeline.place(each.track, each.timestamp, nowMs);
          const before = last[each.track];
          const isSound = Number.isInteger(streamMs) && (late ? streamMs === before : streamMs > before);
          const lastMs = timeline.lastOf(each.track);
          if (!isSound || lastMs !== Math.max(streamMs, before))
            misplaced.push({ streamMs, late, before, lastMs });
          last[each.track] = streamMs;
        }
        expect(misplaced).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('preserves a regular publisher’s intervals, and its audio against its video', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (start) => {
        const timeline = new Timeline();
        const moved: object[] = [];
        for (let nowMs = 0; nowMs < 10_000; nowMs += 33) {
          const videoMs = timeline.place('video', (start + nowMs) >>> 0, nowMs).streamMs;
          const audioMs = timeline.place('audio', (start + nowMs + 5) >>> 0, nowMs).streamMs;
          if (videoMs !== nowMs || audioMs !== nowMs + 5) moved.push({ nowMs, videoMs, audioMs });
        }
        expect(moved).toEqual([]);
        expect(timeline.anchors).toBe(1);
      }),
      { numRuns: 50 },
    );
  });

  test('continues without a jump when 32-bit timestamps wrap', () => {
    const timeline = new Timeline();
    const start = 0xffffffff - 500;
    for (let ms = 0; ms < 2000; ms += 20)
      expect(timeline.place('video', (start + ms) >>> 0, ms).streamMs).toBe(ms);
    expect(timeline.anchors).toBe(1);
  });

  test.each<[string, (track: Track, ms: number) => number]>([
    ['sound 150 ms after its picture', (one, ms) => ms + (one === 'audio' ? 150 : 0)],
    ['sound 1.5 s after its picture', (one, ms) => ms + (one === 'audio' ? 1500 : 0)],
    ['sound 2.5 s after its picture', (one, ms) => ms + (one === 'audio' ? 2500 : 0)],
    ['pictures 1.5 s after their sound', (one, ms) => ms + (one === 'video' ? 1500 : 0)],
    ['sound in bursts of a second', (one, ms) => (one === 'audio' ? Math.ceil(ms / 1000) * 1000 : ms)],
  ])('goes by timestamps, not by arrival: %s', (_, arrival) => {
    const timeline = new Timeline();
    const placed = place(timeline, media(0, 20_000, arrival));
    expect(outOfStepMs(placed)).toBe(0);
    expect(timeline.anchors).toBe(1);
  });

  test.each([
    ['an hour ahead', 3_600_000],
    ['back to zero', -10_000],
    ['five seconds ahead at once', 5000],
  ])('bounds a jump %s and keeps sound and picture together', (_, jump) => {
    const timeline = new Timeline();
    const before = place(timeline, media(0, 5000));
    const jumped = media(5000, 10_000).map((each) => ({ ...each, ms: each.ms + 10_000 + jump }));
    const after = place(
      timeline,
      jumped.map((each) => ({ ...each, ms: each.ms - 10_000 })),
    );
    expect(outOfStepMs(after)).toBe(0);
    expect(after[0]!.streamMs - before.at(-1)!.streamMs).toBeLessThan(100);
    expect(after.at(-1)!.streamMs).toBeLessThan(10_100);
    expect(after.filter(({ late }) => late)).toEqual([]);
  });

  test('accepts a pause that the clock confirms', () => {
    const timeline = new Timeline();
    expect(timeline.place('video', 0, 0).streamMs).toBe(0);
    expect(timeline.place('video', 2500, 2500).streamMs).toBe(2500);
  });

  test('takes nothing of a backlog whose time filler has taken, and goes on in step once it is up with the clock', () => {
    const timeline = new Timeline();
    const stalled = (_: Track, ms: number) => (ms >= 8000 && ms < 20_000 ? 20_000 : ms);
    const placed = place(timeline, media(0, 40_000, stalled));
    const after = placed.filter(({ ms }) => ms >= 20_000);
    expect(outOfStepMs(placed)).toBe(0);
    expect(after.filter(({ late }) => late)).toEqual([]);
    expect(after.every(({ streamMs, ms }) => streamMs === ms)).toBe(true);
    expect(placed.every(({ streamMs, atMs }) => streamMs <= atMs + 500)).toBe(true);
    expect(timeline.anchors).toBe(1);
  });

  test('shows no picture that comes too soon after a repeat, but every one that follows another', () => {
    const timeline = new Timeline();
    timeline.place('video', 0, 0);
    timeline.place('audio', 0, 0);
    timeline.fill('video', 1000);
    timeline.fill('audio', 1000);
    expect(timeline.place('video', 1041, 1041)).toEqual({ streamMs: 1000, late: true });
    expect(timeline.place('video', 1042, 1042)).toEqual({ streamMs: 1042, late: false });
    expect(timeline.place('video', 1043, 1043)).toEqual({ streamMs: 1043, late: false });
    expect(timeline.place('audio', 1001, 1001)).toEqual({ streamMs: 1001, late: false });
  });

  test('places a clock that stood still anew, both tracks alike', () => {
    const timeline = new Timeline();
    const placed = place(
      timeline,
      media(0, 30_000, (_, ms) => ms + (ms >= 6000 ? 20_000 : 0)),
    );
    const after = placed.filter(({ ms, late }) => ms >= 6000 && !late);
    expect(outOfStepMs(after)).toBe(0);
    // What is lost while it is unclear whether it catches up.
    expect(after[0]!.ms).toBeLessThan(6600);
    expect(after.every(({ streamMs, atMs }) => atMs - streamMs < 500 && streamMs <= atMs + 500)).toBe(true);
    expect(timeline.anchors).toBe(2);
  });

  test.each([3000, -3000])('follows a clock that drifts by %d ppm softly', (ppm) => {
    const timeline = new Timeline();
    const placed = place(
      timeline,
      media(0, 600_000, (_, ms) => Math.round(ms * (1 + ppm / 1e6))),
    );
    expect(outOfStepMs(placed)).toBeLessThanOrEqual(2);
    expect(placed.filter(({ late }) => late)).toEqual([]);
    const apartMs = placed.map(({ streamMs, atMs }) => Math.abs(streamMs - atMs));
    expect(Math.max(...apartMs)).toBeLessThan(400);
    const pictures = placed.filter((each) => each.track === 'video');
    const steps = pictures.slice(1).map(({ streamMs }, index) => streamMs - pictures[index]!.streamMs);
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(2);
    expect(timeline.anchors).toBe(1);
  });

  test('takes sound that is sent early for no clock that runs fast', () => {
    const timeline = new Timeline();
    const placed = place(
      timeline,
      media(0, 60_000, (track, ms) => (track === 'video' ? ms + 1500 : ms)).map((each) => ({
        ...each,
        atMs: Math.max(0, each.atMs - 1500),
      })),
    );
    expect(placed.filter(({ streamMs, ms }) => streamMs !== ms).slice(0, 5)).toEqual([]);
  });

  test('loses nothing of a clock that stood still, if what is undecided is settled when it is known', () => {
    const timeline = new Timeline();
    const settled: { ms: number; streamMs: number; late: boolean }[] = [];
    let held: { ms: number; heard: HeardTag }[] = [];
    for (const each of media(0, 30_000, (_, ms) => ms + (ms >= 6000 ? 20_000 : 0))) {
      // Filler took the time of the pause.
      if (each.ms === 6000 && each.track === 'video')
        for (const one of ['video', 'audio'] as const) timeline.fill(one, 25_800);
      held.push({ ms: each.ms, heard: timeline.hear(each.track, each.ms, each.atMs) });
      if (timeline.isUndecided(each.atMs)) continue;
      settled.push(...held.map(({ ms, heard }) => ({ ms, ...timeline.settle(heard) })));
      held = [];
    }
    expect(settled.filter(({ late }) => late)).toEqual([]);
    const offsets = new Set(settled.filter(({ ms }) => ms >= 6000).map(({ ms, streamMs }) => streamMs - ms));
    expect(offsets.size).toBe(1);
  });

  test('a session that begins with a backlog follows the clock once that is in, in step', () => {
    const timeline = new Timeline();
    place(timeline, media(0, 5000));
    timeline.beginSession();
    // Its first 4 s arrive at once.
    const placed = place(
      timeline,
      media(0, 20_000, (_, ms) => 6000 + Math.max(4000, ms)),
    );
    expect(placed.every(({ streamMs, atMs }) => streamMs <= atMs + 350)).toBe(true);
    const after = placed.filter(({ ms }) => ms >= 4500);
    expect(outOfStepMs(after)).toBe(0);
    expect(after.filter(({ late }) => late)).toEqual([]);
    expect(after.every(({ streamMs, atMs }) => Math.abs(streamMs - atMs) <= 40)).toBe(true);
  });

  test('a clock that jumps in what a stall held up stays as late as the stall makes it', () => {
    const timeline = new Timeline();
    const placed = place(
      timeline,
      media(0, 20_000, (_, ms) => (ms >= 4000 && ms < 8000 ? 8000 : ms)),
    );
    const jumping = new Timeline();
    const jumped = place(
      jumping,
      media(0, 20_000, (_, ms) => (ms >= 4000 && ms < 8000 ? 8000 : ms)).map((each) =>
        each.ms >= 6000 ? { ...each, ms: each.ms - 2200 } : each,
      ),
    );
    const apartMs = jumped.map(({ streamMs }, index) => Math.abs(streamMs - placed[index]!.streamMs));
    expect(Math.max(...apartMs)).toBeLessThanOrEqual(40);
  });

  test('a clock that jumps just after a stall has begun: the track that shows how far says it for both', () => {
    // The last sound from before the jump comes with the burst; no picture does.
    const sent = media(0, 16_000).map((each) => {
      const held = each.ms >= 4000 && each.ms < 8000;
      const isBefore = each.track === 'audio' && each.ms < 4060;
      const jumped = each.ms >= 4000 && !isBefore;
      return { ...each, ms: jumped ? each.ms - 1400 : each.ms, atMs: held ? 8000 : each.atMs };
    });
    const placed = place(new Timeline(), sent).filter(({ atMs }) => atMs > 9500);
    expect(placed.filter(({ late }) => late)).toEqual([]);
    expect(outOfStepMs(placed)).toBeLessThanOrEqual(40);
    expect(placed.every(({ streamMs, atMs }) => Math.abs(streamMs - atMs) <= 100)).toBe(true);
  });

  test('begins a session a whole picture after filler, whichever track comes first', () => {
    const timeline = new Timeline();
    for (let ms = 0; ms <= 4000; ms += 40) timeline.place('video', ms, ms);
    timeline.fill('video', 5000);
    timeline.beginSession();
    expect(timeline.place('audio', 0, 5000).streamMs).toBeGreaterThanOrEqual(5039);
  });

  test('places a new session at the clock, or after existing media', () => {
    const timeline = new Timeline();
    timeline.place('video', 90_000, 0);
    timeline.beginSession();
    expect(timeline.place('video', 0, 4000).streamMs).toBe(4000);
    timeline.fill('video', 9000);
    timeline.beginSession();
    expect(timeline.place('audio', 77, 8000).streamMs).toBeGreaterThan(9000);
  });
});
