import { describe, expect, test } from '@jest/globals';
import { capacityPlan, overlapOf, type ScheduledEvent } from '../../lib/config/capacity-schedule.ts';
import { tasksFor } from '../../lib/config/fleet-scaling.ts';

const event = (fields: Partial<ScheduledEvent> = {}): ScheduledEvent => ({
  name: 'final',
  from: '2026-12-19T17:00:00Z',
  until: '2026-12-19T22:00:00Z',
  streams: 100,
  ...fields,
});
const at = (time: string): number => Date.parse(`2026-12-19T${time}Z`);
const planAt = (time: string) => capacityPlan([event()], 4, (streams) => streams / 2, at(time));

describe('the plan of a fleet', () => {
  test('raises the minimum 15 minutes before an event, and lowers it after', () => {
    expect(planAt('10:00:00')).toEqual({
      minTasks: 4,
      changes: [
        { id: 'final-begins', at: new Date(at('16:45:00')), minTasks: 50 },
        { id: 'final-ends', at: new Date(at('22:00:00')), minTasks: 4 },
      ],
    });
  });

  test('keeps the event’s minimum in a deploy during the event, and forgets the event after it', () => {
    const ends = { id: 'final-ends', at: new Date(at('22:00:00')), minTasks: 4 };
    expect(planAt('16:50:00')).toEqual({ minTasks: 50, changes: [ends] });
    expect(planAt('22:00:01')).toEqual({ minTasks: 4, changes: [] });
  });

  test('never lowers the minimum for a small event', () => {
    const { changes } = capacityPlan([event({ streams: 2 })], 4, (streams) => streams, at('10:00:00'));
    expect(changes.map(({ minTasks }) => minTasks)).toEqual([4, 4]);
  });
});

test('events overlap if one’s preparation begins before the other ends', () => {
  const second = event({ name: 'second', from: '2026-12-19T22:15:00Z', until: '2026-12-19T23:00:00Z' });
  expect(overlapOf([second, event()])?.map(({ name }) => name)).toEqual(['final', 'second']);
  expect(overlapOf([{ ...second, from: '2026-12-19T22:16:00Z' }, event()])).toBeUndefined();
});

test('streams need tasks for themselves and for the headroom', () => {
  expect(tasksFor(5_600, 8, 30)).toBe(1_000);
  expect(tasksFor(5_601, 8, 30)).toBe(1_001);
});
