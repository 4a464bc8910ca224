import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  defaultPartMs,
  partLengthsMs,
  segmentMs,
  segmentNumberAt,
  segmentSeconds,
  segmentStartMs,
  segmentsFor,
} from '../../lib/packaging/segment-grid.ts';

test('a segment has whole seconds, and whole parts', () => {
  expect(Number.isInteger(segmentSeconds)).toBe(true);
  for (const partMs of partLengthsMs) expect(segmentMs % partMs).toBe(0);
  expect(partLengthsMs).toContain(defaultPartMs);
});

test('a segment begins where the one before it ends', () => {
  for (const number of [0, 1, 7, 1_000_000]) {
    expect(segmentNumberAt(segmentStartMs(number))).toBe(number);
    expect(segmentNumberAt(segmentStartMs(number + 1) - 1)).toBe(number);
  }
});

test('media that is a little longer than its segments takes one more', () => {
  expect([0, 1, segmentMs, segmentMs + 1].map(segmentsFor)).toEqual([0, 1, 1, 2]);
});

const root = join(import.meta.dirname, '../..');
/** A segment's length as a figure of its own: `segmentMs = 2000`, `SegmentLength: 2`, `'-hls_time', '2'`. */
const declared = /\bsegment(Ms|Seconds|Length\w*|Duration\w*)\s*[:=]\s*[\d.]|hls_time'?,?\s*'?\d/i;

test('no other file says how long a segment is', () => {
  const others = ['lib', 'bin', 'lambda', 'bench', 'drill', 'testkit'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );
  const saying = others.filter((name) => declared.test(readFileSync(join(root, name), 'utf8')));
  expect(others.length).toBeGreaterThan(500);
  expect(saying).toEqual(['lib/packaging/segment-grid.ts']);
});
