import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Part } from '../../../../../lib/encoder/encoding/policy/segmenting/part.ts';
import { RunOutputs } from '../../../../../lib/encoder/encoding/policy/segmenting/run-outputs.ts';
import type { Segment } from '../../../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import type { TrackHeader } from '../../../../../lib/encoder/policy/track-header.ts';

const shared = { timescale: 1, init: Buffer.alloc(0), codecs: '', bitrateBps: 1 };
const video: TrackHeader = { ...shared, kind: 'video', width: 2, height: 2, frameRate: 30 };
const audio: TrackHeader = { ...shared, kind: 'audio', sampleRate: 48_000, channels: 2 };
const tracks = ['360p', 'audio'];

/** What came out, in order: `track run:number.index` for parts, `run:number [tracks]` for groups. */
let out: string[];
let outputs: RunOutputs;

beforeEach(() => {
  out = [];
  outputs = new RunOutputs({
    part: (track, { run, number, index }) => out.push(`${track} ${run}:${number}.${index}`),
    group: ({ run, number }, headers) => out.push(`${run}:${number} [${[...headers.keys()].join()}]`),
  });
});

function begin(run: number): void {
  outputs.addRun(run, tracks, true);
  outputs.header(run, 'audio', audio);
  outputs.header(run, '360p', video);
}

/** One number of one track, in one part. */
function make(run: number, track: string, number: number): void {
  const facts = { number, startTicks: 0, durationTicks: 1, bytes: 0 };
  const part: Part = { ...facts, run, index: 0, independent: true, chunk: [] };
  const segment: Segment = { ...facts, samples: 1, chunks: [] };
  outputs.part(run, track, part);
  outputs.segment(run, track, segment);
}

function makeAll(run: number, number: number): void {
  for (const track of tracks) make(run, track, number);
}

describe('what runs make', () => {
  test('comes out part by part before its group, with headers in the order of the ladder', () => {
    begin(1);
    makeAll(1, 0);
    expect(out).toEqual(['360p 1:0.0', 'audio 1:0.0', '1:0 [360p,audio]']);
    expect(outputs.nextOf(1)).toBe(1);
  });

  test('comes out one run after the other', () => {
    begin(1);
    begin(2);
    makeAll(2, 1);
    expect(out).toEqual([]);
    makeAll(1, 0);
    outputs.over(1);
    outputs.ended(1, { isWhole: true, endsPictures: false });
    expect(out).toEqual([
      ...['360p 1:0.0', 'audio 1:0.0', '1:0 [360p,audio]'],
      ...['360p 2:1.0', 'audio 2:1.0', '2:1 [360p,audio]'],
    ]);
    expect(outputs.nextOf(1)).toBeUndefined();
  });

  test('is not lost where a run is done before the one in front of it', () => {
    begin(1);
    begin(2);
    makeAll(2, 1);
    outputs.ended(2, { isWhole: true, endsPictures: false });
    makeAll(1, 0);
    outputs.ended(1, { isWhole: true, endsPictures: true });
    expect(out.filter((each) => each.endsWith(']'))).toEqual(['1:0 [360p,audio]', '2:1 [360p,audio]']);
  });

  test('is left to another run where one crashed', () => {
    begin(1);
    make(1, '360p', 0);
    outputs.ended(1, { isWhole: false, endsPictures: false });
    begin(2);
    makeAll(2, 0);
    expect(out.filter((each) => each.endsWith(']'))).toEqual(['2:0 [360p,audio]']);
  });

  test('ends without sound that outlasts the pictures', () => {
    begin(1);
    makeAll(1, 0);
    make(1, 'audio', 1);
    outputs.ended(1, { isWhole: true, endsPictures: true });
    expect(out.at(-1)).toBe('1:0 [360p,audio]');
  });
});
