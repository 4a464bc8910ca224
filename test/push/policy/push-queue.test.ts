import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MediaMessage } from '../../../lib/push/policy/media-source.ts';
import { PushBudget, PushQueue } from '../../../lib/push/policy/push-queue.ts';

const limits = { maxBytes: 10_000, maxMs: 5_000 };
const queue = (over: Partial<typeof limits> = {}, budget = new PushBudget(1_000_000)) =>
  new PushQueue({ ...limits, ...over }, budget);

const header = (kind: 'metadata' | 'video' | 'audio', name = ''): MediaMessage => ({
  type: kind === 'metadata' ? 'data' : kind,
  timeMs: 0,
  payload: Buffer.from(`${kind}${name}`),
  start: false,
  header: kind,
});
const headers = [header('metadata'), header('video'), header('audio')];
const key = (timeMs: number, bytes = 500): MediaMessage => ({
  type: 'video',
  timeMs,
  payload: Buffer.alloc(bytes),
  start: true,
});
const delta = (timeMs: number, bytes = 500): MediaMessage => ({ ...key(timeMs, bytes), start: false });

function drain(from: PushQueue): MediaMessage[] {
  const all: MediaMessage[] = [];
  while (from.length > 0) all.push(...from.shift());
  return all;
}
const named = (messages: readonly MediaMessage[]) =>
  messages.map((message) =>
    message.header ? message.payload.toString() : `${message.start ? 'key' : 'delta'}@${message.timeMs}`,
  );

describe('the queue of a destination', () => {
  test('begins at a key frame, preceded by the headers with its timestamp', () => {
    const q = queue();
    q.push(delta(10), headers);
    q.push(key(40), headers);
    q.push(delta(80), headers);
    const sent = drain(q);
    expect(named(sent)).toEqual(['metadata', 'video', 'audio', 'key@40', 'delta@80']);
    expect(sent.slice(0, 3).map(({ timeMs }) => timeMs)).toEqual([40, 40, 40]);
    expect(q.shed).toEqual({ messages: 0, bytes: 0 });
  });

  test('repeats no header, and sends one that has changed', () => {
    const q = queue();
    q.push(key(0), headers);
    q.push(key(1_000), headers);
    const changed = [headers[0]!, header('video', '2'), headers[2]!];
    q.push(changed[1]!, changed);
    q.push(key(2_000), changed);
    expect(named(drain(q))).toEqual([
      ...['metadata', 'video', 'audio', 'key@0', 'key@1000'],
      ...['video2', 'key@2000'],
    ]);
  });

  test('drops everything up to the newest key frame if it gets too long', () => {
    const q = queue({ maxMs: 3_000 });
    for (const timeMs of [0, 1_000, 2_000, 3_000]) {
      expect(q.push(key(timeMs), headers)).toBe(false);
      expect(q.push(delta(timeMs + 1), headers)).toBe(timeMs + 1 > 3_000);
    }
    expect(named(drain(q))).toEqual(['metadata', 'video', 'audio', 'key@3000', 'delta@3001']);
    expect(q.shed).toEqual({ messages: 6, bytes: 3_000 });
  });

  test('waits for the next key frame if the newest GOP alone is too much', () => {
    const q = queue({ maxBytes: 3_000 });
    q.push(key(0), headers);
    for (let timeMs = 1; timeMs < 10; timeMs++) q.push(delta(timeMs), headers);
    expect(q.length).toBe(0);
    expect(q.bytes).toBe(0);
    q.push(key(100), headers);
    expect(named(drain(q)).at(-1)).toBe('key@100');
    expect(q.shed).toEqual({ messages: 10, bytes: 5_000 });
  });

  test('sends headers that changed in what was dropped', () => {
    const q = queue({ maxMs: 1_000 });
    q.push(key(0), headers);
    drain(q);
    const changed = [headers[0]!, header('video', '2'), headers[2]!];
    q.push(delta(10), headers);
    q.push(changed[1]!, changed);
    q.push(key(1_500), changed);
    expect(named(drain(q))).toEqual(['video2', 'key@1500']);
  });

  test('drops media if all queues together hold too much, and releases what it held', () => {
    const budget = new PushBudget(5_000);
    const [a, b] = [queue({}, budget), queue({}, budget)];
    a.push(key(0, 4_000), headers);
    expect(b.push(key(0, 4_000), headers)).toBe(true);
    expect(b.length).toBe(0);
    a.clear();
    expect(budget.usedBytes).toBe(0);
    expect(b.push(key(10, 4_000), headers)).toBe(false);
    drain(b);
    expect(budget.usedBytes).toBe(0);
  });

  test('gives a new connection its headers again', () => {
    const q = queue();
    q.push(key(0), headers);
    drain(q);
    q.clear();
    q.push(delta(5), headers);
    q.push(key(10), headers);
    expect(named(drain(q))).toEqual(['metadata', 'video', 'audio', 'key@10']);
  });

  test('is bounded, and sends no frame without those that it depends on, whatever arrives', () => {
    const step = fc.record({
      kind: fc.constantFrom('key', 'delta', 'delta', 'delta', 'send', 'send', 'clear'),
      bytes: fc.integer({ min: 0, max: 3_000 }),
      afterMs: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const budget = new PushBudget(1_000_000);
        const q = queue({}, budget);
        let timeMs = 0;
        let number = 0;
        const numbers = new Map<MediaMessage, number>();
        let last: number | undefined;
        let counted = 0;
        for (const { kind, bytes, afterMs } of steps) {
          timeMs += afterMs;
          if (kind === 'clear') {
            q.clear();
            last = undefined;
          } else if (kind === 'send') {
            for (const message of q.shift()) {
              if (message.header) continue;
              const at = numbers.get(message)!;
              // Either the next frame, or a place to begin at.
              expect(message.start || at === last! + 1).toBe(true);
              if (last !== undefined) expect(at).toBeGreaterThan(last);
              last = at;
            }
          } else {
            const message = kind === 'key' ? key(timeMs, bytes) : delta(timeMs, bytes);
            numbers.set(message, number++);
            q.push(message, headers);
            counted++;
          }
          expect(q.bytes).toBeLessThanOrEqual(limits.maxBytes);
          expect(budget.usedBytes).toBe(q.bytes);
          expect(q.shed.messages).toBeLessThanOrEqual(counted);
        }
      }),
      { numRuns: 300 },
    );
  });
});
