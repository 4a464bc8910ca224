import { expect, test } from '@jest/globals';
import type { Deletion } from '../../../../lib/player/page/api/types.ts';
import { deletionWords } from '../../../../lib/player/page/model/deletion.ts';

const nowMs = Date.parse('2026-11-28T12:00:00.000Z');
const deletion: Deletion = {
  streamId: '7h2kqv0m4x9rt3bz',
  recordings: 'keep',
  askedAt: '2026-11-28T12:00:00.000Z',
  state: 'deleted',
  darkAfterMs: 200,
  goneUntil: '2026-11-29T12:00:00.000Z',
  detail: 'Viewers get “gone” (410) until 2026-11-29T12:00:00.000Z, then “not found” (404). …',
};
const words = (change: Partial<Deletion>) => deletionWords('Show', { ...deletion, ...change }, nowMs);

test('a deleted stream is told of without status codes and machine times', () => {
  for (const recordings of ['keep', 'delete'] as const) {
    for (const keptUntil of [undefined, '2026-12-28T12:00:00.000Z']) {
      expect(words({ recordings, ...(keptUntil && { keptUntil }) })).not.toMatch(/410|404|T\d\d:/);
    }
  }
});

test('its recordings are said to be deleted, or kept until then', () => {
  expect(words({ recordings: 'delete' })).toBe('Stream “Show” deleted. The recordings have been deleted.');
  expect(words({ recordings: 'delete', state: 'deleting' })).toMatch(/are being deleted\.$/);
  expect(words({})).toMatch(/until someone deletes them\.$/);
  expect(words({ keptUntil: '2026-12-28T12:00:00.000Z' })).toMatch(/until \w+ 28, 2026, .+\.$/);
});

test('viewers who can still reach it are told of in the API’s words', () => {
  const { darkAfterMs, ...still } = deletion;
  const detail = 'Viewers can still reach it: the edge has not confirmed yet.';
  expect(darkAfterMs).toBeDefined();
  expect(deletionWords('Show', { ...still, detail }, nowMs)).toBe(`Stream “Show” deleted. ${detail}`);
});
