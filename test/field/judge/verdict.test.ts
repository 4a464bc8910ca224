import { describe, expect, test } from '@jest/globals';
import { type Found, faultsOf } from '../../../field/judge/verdict.ts';
import { always } from '../../../field/model.ts';

const good: Found = {
  onAirMs: 3000,
  workersLost: 0,
  endObeyed: true,
  targetDurations: { '180p': [2], audio: [2] },
  liveMisses: [],
  manifestFaults: [],
  discontinuities: 0,
  renditions: [{ id: '180p', lines: 180 }, { id: 'audio' }],
  hasSound: true,
  complaints: [],
  pictures: { lost: [], standing: [{ atMs: 0, number: 0, byMs: 20 }], backwards: [], unnumbered: 0 },
  offsets: [
    { atMs: 0, offsetMs: 10 },
    { atMs: 3000, offsetMs: -10 },
  ],
  silences: [{ atMs: 0, forMs: 40 }],
  lostBeeps: 0,
  edge: { aheadMs: 200 },
};
const disturbed = { fromMs: 0, toMs: 1, behindMs: 1000 };

test('nothing is wrong with what is right', () => {
  expect(faultsOf(always, good)).toEqual([]);
});

describe('each fault is told with the right value', () => {
  test.each<[Partial<Found>, string]>([
    [{ refusal: { afterMs: 9000, words: 'closed' } }, 'the server ended the connection after 9.00 s: closed'],
    [{ onAirMs: 7500 }, 'on the air after 7.50 s (right: 6.00 s at most)'],
    [{ workersLost: 2 }, '2 workers lost (right: 0)'],
    [{ endObeyed: false }, "the publisher's end was not obeyed within 12 s"],
    [{ targetDurations: { audio: [2, 4] } }, 'HLS audio: TARGETDURATION 2, then 4 (right: never changes)'],
    [
      { liveMisses: ['404 for a'] },
      '1 segments listed and not served while live (right: 0), first: 404 for a',
    ],
    [{ manifestFaults: ['a hole'] }, 'a hole'],
    [{ discontinuities: 2 }, '2 discontinuities (right: 0 at most)'],
    [{ complaints: ['oh'] }, '1 complaints of the decoder (right: 0), first: oh'],
    [{ renditions: [{ id: 'audio' }] }, 'renditions audio (right: one of 0 to Infinity lines)'],
    [{ hasSound: false }, 'no sound'],
    [
      { pictures: { ...good.pictures, standing: [{ atMs: 4000, number: 100, byMs: 2000 }] } },
      'picture 100 at 4.00 s stood 2.00 s too long (right: 0.10 s at most)',
    ],
    [{ pictures: { ...good.pictures, lost: [7, 8] } }, '2 pictures lost (right: 0 at most), first 7'],
    [
      { pictures: { ...good.pictures, backwards: [{ atMs: 4000, from: 9, to: 3 }] } },
      'pictures go back at 4.00 s: 3 follows 9',
    ],
    [
      { offsets: [...good.offsets, { atMs: 6000, offsetMs: -1480 }] },
      'sound against picture -1480 ms at 6.00 s, 1 of 3 beeps off (right: within 20 ms)',
    ],
    [{ offsets: good.offsets.slice(1) }, '1 beeps with their picture (right: 2 at least)'],
    [{ silences: [{ atMs: 1000, forMs: 80 }] }, '0.08 s of silence, first at 1.00 s (right: 0.06 s at most)'],
    [{ lostBeeps: 1 }, '1 beeps lost (right: 0 at most)'],
    [{ edge: { aheadMs: 600 } }, 'PROGRAM-DATE-TIME 0.60 s ahead of now (right: 0.50 s at most)'],
  ])('%o', (change, words) => {
    expect(faultsOf(always, { ...good, ...change })).toEqual([words]);
  });

  test('never on the air', () => {
    const { onAirMs: _, ...never } = good;
    expect(faultsOf(always, never)).toEqual(['never on the air']);
  });

  test('an edge that stays behind', () => {
    const edge = { aheadMs: 0, furtherMs: 1500 };
    expect(faultsOf({ ...always, disturbed }, { ...good, edge })).toEqual([
      'the live edge is 1.50 s further behind than before (right: 1.00 s at most)',
    ]);
    expect(faultsOf({ ...always, disturbed }, good)).toEqual(['the live edge could not be compared']);
  });
});

test('a refusal in words is right where the case says so, and only in time', () => {
  const { onAirMs: _, ...refused } = { ...good, refusal: { afterMs: 3000, words: 'No key frame.' } };
  expect(faultsOf({ ...always, refusable: true }, refused)).toEqual([]);
  expect(faultsOf(always, refused)).toHaveLength(2);
  const late = { ...refused, refusal: { afterMs: 6000, words: 'No key frame.' } };
  expect(faultsOf({ ...always, refusable: true }, late)).toHaveLength(2);
});

test('sound alone and pictures alone are judged by what they have', () => {
  const alone = { ...good, renditions: [{ id: 'audio' }], offsets: [] };
  expect(faultsOf({ ...always, tracks: 'sound' }, alone)).toEqual([]);
  expect(faultsOf({ ...always, tracks: 'sound' }, good)).toHaveLength(1);
  expect(faultsOf({ ...always, tracks: 'pictures' }, { ...good, hasSound: false, offsets: [] })).toEqual([]);
});
