import { describe, expect, test } from '@jest/globals';
import { judgePictures, judgeSound } from '../../../lib/canary/policy/av.ts';
import type { Check } from '../../../lib/canary/policy/check.ts';
import { type DarkProbe, judgeDarkness, judgeRestore } from '../../../lib/canary/policy/darkness.ts';
import { judgeLatency } from '../../../lib/canary/policy/latency.ts';
import { judgeOnAir } from '../../../lib/canary/policy/on-air.ts';
import { followPictures } from '../../../lib/canary/policy/pictures.ts';
import { judgeContinuity, judgeRenditions } from '../../../lib/canary/policy/renditions.ts';
import type { ListedSegment } from '../../../lib/canary/policy/segments.ts';

const passes = ({ faults }: Check): void => expect(faults).toEqual([]);
function fails({ faults }: Check, ...words: string[]): void {
  expect(faults).toHaveLength(words.length);
  for (const [index, word] of words.entries()) expect(faults[index]).toContain(word);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A track of five segments. */
const track = (id: string, change: (segments: ListedSegment[]) => ListedSegment[] = (same) => same) => ({
  kind: id === 'audio' ? ('audio' as const) : ('video' as const),
  id,
  ended: true,
  breaks: 0,
  segments: change(
    upTo(5).map((number) => ({
      uri: `https://edge/local/${id}/${number}.m4s`,
      durationMs: 2000,
      atMs: number * 2000,
      served: true,
    })),
  ),
});
const both = [track('720p'), track('audio')];

describe('on air', () => {
  const publisher = { code: 0, said: '' };
  test('in time', () => passes(judgeOnAir({ onAirMs: 4000, publisher })));
  test('late', () => fails(judgeOnAir({ onAirMs: 15_001, publisher }), 'on the air after 15.00 s'));
  test('never', () => fails(judgeOnAir({ onAirMs: undefined, publisher }), 'never served a segment'));
  test('the publisher was disconnected', () =>
    fails(judgeOnAir({ onAirMs: 4000, publisher: { code: 1, said: 'Broken pipe' } }), 'Broken pipe'));
});

describe('renditions', () => {
  const reported = ['720p', 'audio'];
  test('the same in API, HLS and DASH', () => passes(judgeRenditions({ reported, hls: both, dash: both })));
  test('one is missing in both formats', () =>
    fails(judgeRenditions({ reported: ['1080p', ...reported], hls: both, dash: both }), 'reports 1080p'));
  test('one is missing in DASH', () =>
    fails(judgeRenditions({ reported, hls: both, dash: [track('audio')] }), 'DASH lists audio'));
  test('there is no sound', () => {
    const alone = [track('720p')];
    fails(judgeRenditions({ reported: ['720p'], hls: alone, dash: alone }), 'no sound');
  });
});

describe('continuity', () => {
  const whole = {
    hls: both,
    dash: both,
    dashEnded: true,
    misses: [],
    discontinuities: 0,
    publishedMs: 10_000,
    stalls: [{ id: '720p', stalledMs: 0 }],
    parts: 0,
  };
  test('whole', () => passes(judgeContinuity(whole)));
  test('a rendition that stops, and never ends', () => {
    const stopped = { ...track('360p', (segments) => segments.slice(0, 3)), ended: false };
    fails(
      judgeContinuity({ ...whole, hls: [...both, stopped] }),
      'HLS 360p: 6.00 s of 10.00 s',
      'not marked as ended',
    );
  });
  test('a rendition that stops in DASH', () => {
    const stopped = track('360p', (segments) => segments.slice(0, 3));
    fails(judgeContinuity({ ...whole, dash: [...both, stopped] }), 'DASH 360p: 6.00 s of 10.00 s');
  });
  test('a segment that is listed and not served', () => {
    const absent = track('720p', ([first, ...rest]) => [{ ...first!, served: false }, ...rest]);
    fails(judgeContinuity({ ...whole, hls: [absent] }), '1 of 5 segments missing');
  });
  test('a decode time that jumps', () =>
    fails(judgeContinuity({ ...whole, hls: [{ ...track('720p'), breaks: 1 }] }), '1 unmarked jumps'));
  test('a discontinuity', () =>
    fails(judgeContinuity({ ...whole, discontinuities: 1 }), '1 discontinuities'));
  test('a request that got nothing', () =>
    fails(judgeContinuity({ ...whole, misses: ['503 for /x'] }), 'first: 503 for /x'));
  test('a stall', () =>
    fails(judgeContinuity({ ...whole, stalls: [{ id: '720p', stalledMs: 900 }] }), 'stall for 0.90 s'));
  test('an MPD that stays live', () =>
    fails(judgeContinuity({ ...whole, dashEnded: false }), 'DASH: not marked as ended'));
});

describe('pictures', () => {
  const sourceMs = upTo(100).map((number) => number * 40);
  const shownAs = (shown: readonly { atMs: number; number?: number }[]) =>
    judgePictures(
      [{ id: '720p', complaints: [], pictures: followPictures(shown, sourceMs, sourceMs.keys()) }],
      100,
    );
  const all = sourceMs.map((atMs, number) => ({ atMs, number }));
  test('all shown', () => passes(shownAs(all)));
  test('frames dropped', () =>
    fails(shownAs(all.filter(({ number }) => number % 10 !== 3)), '10 pictures lost'));
  test('one stands', () =>
    fails(
      shownAs(all.map(({ atMs, number }) => ({ atMs: number > 50 ? atMs + 400 : atMs, number }))),
      'picture 50 stands 0.40 s too long',
    ));
  test('one comes again', () => fails(shownAs([...all, { atMs: 4000, number: 7 }]), 'picture 7 after 99'));
  test('a slate', () => fails(shownAs([...all, { atMs: 4000 }]), '1 pictures are not ours'));
  test('a picture that does not decode', () =>
    fails(
      judgePictures(
        [
          {
            id: '720p',
            complaints: ['[error] bad'],
            pictures: followPictures(all, sourceMs, sourceMs.keys()),
          },
        ],
        100,
      ),
      'complaints of the decoder',
    ));
});

describe('sound', () => {
  const inStep = {
    offsets: upTo(3).map((at) => ({ atMs: at * 3000, offsetMs: 5 })),
    silences: [],
    lostBeeps: 0,
    complaints: [],
  };
  test('in step', () => passes(judgeSound(inStep)));
  test.each([300, -300])('shifted %i ms', (offsetMs) => {
    const offsets = inStep.offsets.map(({ atMs }) => ({ atMs, offsetMs }));
    fails(judgeSound({ ...inStep, offsets }), `${offsetMs} ms`);
  });
  test('silent', () =>
    fails(judgeSound({ ...inStep, silences: [{ atMs: 500, forMs: 400 }] }), '0.40 s of silence'));
  test('beeps lost', () =>
    fails(
      judgeSound({ ...inStep, offsets: [], lostBeeps: 3 }),
      '0 beeps with their picture',
      '3 beeps lost',
    ));
});

describe('latency', () => {
  const late = (...delays: number[]) =>
    judgeLatency(delays.map((ms) => ({ sentAtMs: 100, arrivedAtMs: 100 + ms })));
  test('short', () => {
    passes(late(900, 1200, 8000));
    expect(late(900, 1200, 8000).figures).toEqual({ medianMs: 1200, p95Ms: 8000, maxMs: 8000 });
  });
  test('long', () => fails(late(900, 5200, 6000), '5.20 s from publisher to edge'));
  test('unknown', () => fails(late(), 'no segment to measure'));
});

describe('darkness', () => {
  const at = (requestedAtMs: number, status: number, path = '/a'): DarkProbe => ({
    path,
    status,
    requestedAtMs,
  });
  const judge = (...probes: DarkProbe[]) => judgeDarkness('takedown', probes, { sinceMs: 1000, faults: [] });
  test('soon', () => {
    passes(judge(at(1100, 200), at(1100, 410, '/b'), at(2000, 410), at(2000, 410, '/b')));
    expect(judge(at(1100, 200), at(2000, 410)).figures).toEqual({ paths: 1, darkAfterMs: 100 });
  });
  test('too late', () =>
    fails(judge(at(1100, 410), at(11_500, 200, '/b')), '/b still answered 200 after 10.50 s'));
  test('another error than promised', () => fails(judge(at(12_000, 404)), 'still answered 404'));
  test('not requested', () => fails(judge(), 'nothing was requested'));
  test('the API failed', () =>
    fails(judgeDarkness('deletion', [at(1100, 410)], { sinceMs: 1000, faults: ['got 503'] }), 'got 503'));
});

describe('a restore', () => {
  const probe = { path: '/a', status: 200, same: true };
  test('brings all back', () => passes(judgeRestore({ probes: [probe], restoredAfterMs: 10, faults: [] })));
  test('leaves something out', () =>
    fails(
      judgeRestore({ probes: [probe, { ...probe, status: 410 }], faults: [] }),
      '1 of 2 paths are not back',
    ));
  test('brings other bytes', () =>
    fails(judgeRestore({ probes: [{ ...probe, same: false }], faults: [] }), 'other bytes than before'));
});
