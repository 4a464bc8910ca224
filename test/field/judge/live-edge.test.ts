import { expect, test } from '@jest/globals';
import { followEdge } from '../../../field/judge/live-edge.ts';

const disturbed = { fromMs: 8000, toMs: 12_000 };
const samples = (behind: (atMs: number) => number) =>
  Array.from({ length: 80 }, (_, index) => ({ atMs: index * 400, behindMs: behind(index * 400) }));

test('an edge that stays where it was', () => {
  expect(
    followEdge(
      samples(() => 2500),
      disturbed,
    ),
  ).toEqual({ aheadMs: 0, furtherMs: 0 });
});

test('an edge that runs ahead of now for a moment', () => {
  expect(followEdge(samples((atMs) => (atMs === 8000 ? -900 : 2500)))).toEqual({ aheadMs: 900 });
});

test('an edge that stays further behind 10 s after the disturbance; before that it may be anywhere', () => {
  expect(
    followEdge(
      samples((atMs) => (atMs > 12_000 ? 6000 : 2500)),
      disturbed,
    ).furtherMs,
  ).toBe(3500);
  expect(
    followEdge(
      samples((atMs) => (atMs > 8000 && atMs < 21_000 ? 14_000 : 2500)),
      disturbed,
    ).furtherMs,
  ).toBe(0);
});

test('an edge that was not seen often enough cannot be compared', () => {
  expect(followEdge(samples(() => 2500).slice(0, 50), disturbed)).not.toHaveProperty('furtherMs');
});
