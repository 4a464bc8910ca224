import { describe, expect, test } from '@jest/globals';
import { GuessLimit } from '../../../lib/ingest/policy/guess-limit.ts';

const limits = { burst: 3, everyMs: 1_000, longestMs: 4_000 };
const waits = (limit: GuessLimit, client: string, count: number, nowMs = 0) =>
  Array.from({ length: count }, () => {
    const answer = limit.wrong(client, nowMs);
    return 'drop' in answer ? 'dropped' : answer.waitMs;
  });

describe('answers to wrong keys', () => {
  test('are given at once, then later and later, then not at all', () => {
    expect(waits(new GuessLimit(limits), 'a', 9)).toEqual([
      ...[0, 0, 0, 1_000, 2_000, 3_000, 4_000],
      ...['dropped', 'dropped'],
    ]);
  });

  test('come one each interval, however many are sent', () => {
    const limit = new GuessLimit(limits);
    const answeredAtMs: number[] = [];
    for (let nowMs = 0; nowMs < 60_000; nowMs += 10) {
      const answer = limit.wrong('a', nowMs);
      if ('waitMs' in answer) answeredAtMs.push(nowMs + answer.waitMs);
    }
    expect(answeredAtMs.length).toBeLessThanOrEqual(3 + 60 + 4 + 1);
  });

  test('to another address do not wait', () => {
    const limit = new GuessLimit(limits);
    waits(limit, 'a', 100);
    expect(waits(limit, 'b', 1)).toEqual([0]);
  });

  test('are given at once again after a pause', () => {
    const limit = new GuessLimit(limits);
    waits(limit, 'a', 100);
    expect(waits(limit, 'a', 4, 7_000)).toEqual([0, 0, 0, 1_000]);
  });

  test('that are not given are reported once a minute', () => {
    const limit = new GuessLimit({ ...limits, longestMs: -1 });
    const reports = (nowMs: number, count: number) =>
      Array.from({ length: count }, () => limit.wrong('a', nowMs)).map(
        (answer) => 'drop' in answer && answer.dropped,
      );
    expect(reports(0, 3)).toEqual([1, undefined, undefined]);
    expect(reports(60_000, 2)).toEqual([3, undefined]);
  });
});
