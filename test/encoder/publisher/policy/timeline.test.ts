import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Timeline, type Track } from '../../../../lib/encoder/publisher/policy/timeline.ts';

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

describe('The timeline', () => {
  test('strictly increases within each track and never jumps, whatever a publisher sends', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
        const timeline = new Timeline();
        const last = { video: -1, audio: -1 };
        let nowMs = 0;
        for (const each of happenings) {
          nowMs += each.stepMs;
          if (each.kind === 'session') {
            timeline.beginSession();
            continue;
          }
          const before = Math.max(last.video, last.audio);
          const at =
            each.kind === 'fill'
              ? timeline.fill(each.track, Math.min(nowMs, before + 1000))
              : timeline.map(each.track, each.timestamp, nowMs);
          expect(at).toBeGreaterThan(last[each.track]);
          expect(Number.isInteger(at)).toBe(true);
          // Ahead of everything so far by a second at most, unless so much time has really passed.
          expect(at).toBeLessThanOrEqual(Math.max(before + 1000 + 250, nowMs + 250));
          last[each.track] = at;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('preserves a regular publisher’s intervals, and its audio against its video', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.integer({ min: -40, max: 40 }),
        (start, skew) => {
          const timeline = new Timeline();
          for (let frame = 0; frame < 300; frame++) {
            const nowMs = frame * 33;
            expect(timeline.map('video', (start + nowMs) >>> 0, nowMs)).toBe(nowMs);
            const sound = timeline.map('audio', (start + nowMs + skew) >>> 0, nowMs);
            expect(sound).toBe(Math.max(nowMs + skew, frame === 0 ? 0 : sound));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('continues without a jump when 32-bit timestamps wrap', () => {
    const timeline = new Timeline();
    const start = 0xffffffff - 500;
    for (let ms = 0; ms < 2000; ms += 20) expect(timeline.map('video', (start + ms) >>> 0, ms)).toBe(ms);
    expect(timeline.anchors).toBe(1);
  });

  test.each([
    ['an hour ahead', 3_600_000],
    ['back to zero', -10_000],
    ['five seconds ahead at once', 5000],
    ['half a second back', -500],
  ])('bounds a jump %s and keeps sound and picture together', (_, jump) => {
    const timeline = new Timeline();
    let now = 0;
    for (; now < 5000; now += 20) {
      timeline.map('video', 10_000 + now, now);
      timeline.map('audio', 10_000 + now + 5, now);
    }
    const before = timeline.endMs;
    const video = timeline.map('video', 10_000 + now + jump, now);
    const audio = timeline.map('audio', 10_000 + now + jump + 5, now);
    expect(video - before).toBeGreaterThan(-10);
    expect(video - before).toBeLessThan(100);
    expect(audio - video).toBe(5);
    expect(timeline.map('video', 10_000 + now + jump + 20, now + 20)).toBe(video + 20);
  });

  test('accepts a pause that the clock confirms', () => {
    const timeline = new Timeline();
    expect(timeline.map('video', 0, 0)).toBe(0);
    expect(timeline.map('video', 2500, 2500)).toBe(2500);
  });

  test('places a new session at the clock, or after existing media', () => {
    const timeline = new Timeline();
    timeline.map('video', 90_000, 0);
    timeline.beginSession();
    expect(timeline.map('video', 0, 4000)).toBe(4000);
    timeline.fill('video', 9000);
    timeline.beginSession();
    expect(timeline.map('audio', 77, 8000)).toBeGreaterThan(9000);
  });
});
