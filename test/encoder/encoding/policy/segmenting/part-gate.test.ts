import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Part } from '../../../../../lib/encoder/encoding/policy/segmenting/part.ts';
import {
  PartGate,
  type ReleasedPart,
} from '../../../../../lib/encoder/encoding/policy/segmenting/part-gate.ts';
import type { TrackHeader } from '../../../../../lib/encoder/policy/track-header.ts';

const part = (run: number, number: number, index: number): Part => ({
  run,
  number,
  index,
  startTicks: 0,
  durationTicks: 1,
  bytes: 0,
  independent: true,
  chunk: [],
});

const shared = { timescale: 1, init: Buffer.alloc(0), codecs: '', bitrateBps: 1 };
const video: TrackHeader = { ...shared, kind: 'video', width: 2, height: 2, frameRate: 30 };
const audio: TrackHeader = { ...shared, kind: 'audio', sampleRate: 48_000, channels: 2 };
const tracks = ['720p', '360p', 'audio'];
const headers = new Map<string, TrackHeader>([
  ['720p', video],
  ['360p', video],
  ['audio', audio],
]);

const names = (released: readonly ReleasedPart[]): string[] =>
  released.map(({ track, part: { run, number, index } }) => `${track} ${run}:${number}.${index}`);

let gate: PartGate;

beforeEach(() => {
  gate = new PartGate();
  gate.addRun(1, tracks, true);
});

describe('The part gate', () => {
  test('holds parts until the headers of all tracks are known', () => {
    gate.headers(1, new Map([['720p', video]]));
    expect(gate.push(1, '720p', part(1, 0, 0))).toEqual([]);
    expect(gate.push(1, 'audio', part(1, 0, 0))).toEqual([]);
    const released = gate.headers(1, headers);
    expect(names(released)).toEqual(['720p 1:0.0', 'audio 1:0.0']);
    expect(released[0]!.headers).toBe(headers);
    expect(names(gate.push(1, '360p', part(1, 0, 0)))).toEqual(['360p 1:0.0']);
  });

  test('holds sound until there are pictures of its segment', () => {
    gate.headers(1, headers);
    expect(gate.push(1, 'audio', part(1, 4, 0))).toEqual([]);
    expect(gate.push(1, 'audio', part(1, 4, 1))).toEqual([]);
    expect(names(gate.push(1, '720p', part(1, 4, 0)))).toEqual(['audio 1:4.0', 'audio 1:4.1', '720p 1:4.0']);
    // What outlasts the pictures at the end is in no group that is published.
    gate.push(1, 'audio', part(1, 5, 0));
    expect(names(gate.group(1, 4))).toEqual([]);
    expect(gate.endRun(1)).toEqual([]);
  });

  test('lets sound alone pass at once', () => {
    gate.addRun(2, ['audio'], false);
    gate.endRun(1);
    gate.headers(2, new Map([['audio', audio]]));
    expect(names(gate.push(2, 'audio', part(2, 0, 0)))).toEqual(['audio 2:0.0']);
  });

  test('hands on what a group has before the group, and keeps nothing of it', () => {
    gate.headers(1, headers);
    gate.push(1, 'audio', part(1, 0, 0));
    gate.push(1, 'audio', part(1, 1, 0));
    expect(names(gate.group(1, 0))).toEqual(['audio 1:0.0']);
    gate.addRun(2, tracks, true);
    gate.push(2, '720p', part(2, 0, 0));
    gate.group(2, 0);
    gate.endRun(1);
    // Without all headers a group goes out without its parts.
    expect(gate.headers(2, headers)).toEqual([]);
  });

  test('hands on parts of the next run when all of the one before are out', () => {
    gate.headers(1, headers);
    gate.addRun(2, tracks, true);
    gate.headers(2, headers);
    expect(gate.push(2, '720p', part(2, 3, 0))).toEqual([]);
    expect(names(gate.push(1, '720p', part(1, 2, 3)))).toEqual(['720p 1:2.3']);
    expect(names(gate.over(1))).toEqual(['720p 2:3.0']);
    expect(names(gate.push(2, '360p', part(2, 3, 0)))).toEqual(['360p 2:3.0']);
  });

  test('drops what comes of a run that was given up', () => {
    gate.headers(1, headers);
    gate.push(1, 'audio', part(1, 2, 0));
    gate.endRun(1);
    gate.addRun(2, tracks, true);
    expect(gate.push(1, '720p', part(1, 2, 0))).toEqual([]);
    gate.headers(2, headers);
    expect(names(gate.push(2, '720p', part(2, 2, 0)))).toEqual(['720p 2:2.0']);
  });

  test('keeps each track in order, however tracks, headers and runs interleave', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(8), { maxLength: 200 }), (choices) => {
        const one = new PartGate();
        one.addRun(1, tracks, true);
        one.addRun(2, tracks, true);
        const out: ReleasedPart[] = [];
        const next = new Map<string, number>();
        let [isKnown, isOver] = [false, false];
        for (const choice of choices) {
          const run = choice < 5 && !isOver ? 1 : 2;
          const track = tracks[choice % 3]!;
          if (choice === 7) out.push(...one.headers(2, headers));
          else if (choice === 3) {
            isKnown = true;
            out.push(...one.headers(1, headers));
          } else if (choice === 8) {
            // What comes out last is the group, which every sound is part of.
            if (isKnown && !isOver) out.push(...one.group(1, 999), ...one.over(1));
            isOver ||= isKnown;
          } else {
            const count = next.get(`${run} ${track}`) ?? 0;
            next.set(`${run} ${track}`, count + 1);
            const number = (run - 1) * 1000 + Math.floor(count / 4);
            out.push(...one.push(run, track, part(run, number, count % 4)));
          }
        }
        for (const track of tracks) {
          const order = out
            .filter((each) => each.track === track)
            .map(({ part: { number, index } }) => number * 10 + index);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
    );
  });
});
