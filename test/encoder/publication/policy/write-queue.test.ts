import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SegmentGroup } from '../../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import { WriteQueue } from '../../../../lib/encoder/publication/policy/write-queue.ts';

const megabyte = 1024 * 1024;
/** Takes 20 MB of the 48 MB that may wait. */
const group = (number: number): SegmentGroup => ({
  number,
  run: 1,
  segments: new Map([
    ['360p', { number, startTicks: 0, durationTicks: 1, samples: 1, bytes: 20 * megabyte, chunks: [] }],
  ]),
});

let queue: WriteQueue;
const push = (number: number): number[] =>
  queue.push(group(number), new Map()).map((each) => each.group.number);
const waiting = (): number[] => queue.oldest(queue.length).map((each) => each.group.number);

beforeEach(() => {
  queue = new WriteQueue();
});

describe('groups that wait for the origin', () => {
  test('leave in order, and make room by that', () => {
    expect([push(0), push(1)]).toEqual([[], []]);
    expect(queue.shift()?.group.number).toBe(0);
    expect(push(2)).toEqual([]);
    expect(waiting()).toEqual([1, 2]);
  });

  test('are dropped, the oldest first, if there is no room', () => {
    expect([push(0), push(1), push(2), push(3)]).toEqual([[], [], [0], [1]]);
    expect(waiting()).toEqual([2, 3]);
  });

  test('stay while they are being written, although they are given up', () => {
    push(0);
    const [first] = queue.oldest(1);
    first!.underWay = true;
    push(1);
    expect(push(2)).toEqual([]);
    expect(first!.givenUp).toBe(true);
    expect(waiting()).toEqual([0, 1, 2]);
    expect(queue.shift()).toBe(first);
    expect(push(3)).toEqual([1]);
  });
});
