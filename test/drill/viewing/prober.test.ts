import { expect, test } from '@jest/globals';
import { nextIn, recoveredAtMs } from '../../../drill/viewing/prober.ts';

const answer = (askedAtMs: number, answeredAtMs: number, ok: boolean) => ({ askedAtMs, answeredAtMs, ok });

test('service has recovered with the first good response after the last bad one', () => {
  const answers = [
    answer(0, 10, true),
    answer(90, 110, false),
    answer(160, 170, true),
    answer(220, 230, false),
    answer(280, 700, true),
    answer(750, 760, true),
  ];
  expect(recoveredAtMs(answers, 100)).toBe(700);
});

test('without a bad one it is the first that was still pending', () => {
  expect(recoveredAtMs([answer(0, 10, true), answer(90, 640, true), answer(690, 700, true)], 100)).toBe(640);
});

test('if the last one is bad the time is unknown', () => {
  expect(recoveredAtMs([answer(90, 110, false)], 100)).toBeNaN();
});

test('the part after the last one is asked for, and without parts the segment', () => {
  const stored = '#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:9\n#EXTINF:2,\n9.m4s\n#EXTINF:2,\n../360p/10.m4s\n';
  expect(nextIn(stored)).toBe('_HLS_msn=11');
  const hint =
    '#EXT-X-PART:DURATION=0.5,URI="11.2-1-1.m4s"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI="11.3-1-1.m4s"\n';
  expect(nextIn(stored + hint)).toBe('_HLS_msn=11&_HLS_part=3');
});
