import { describe, expect, test } from '@jest/globals';
import { createLog } from '../../../lib/adapters/node/log.ts';
import type { EmitEvent } from '../../../lib/telemetry/events.ts';
import { metrics } from '../../../lib/telemetry/metrics.ts';

interface Line {
  readonly [field: string]: unknown;
  readonly _aws?: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}

/** The line that `say` makes, as CloudWatch would read it. */
function lineOf(say: (emit: EmitEvent) => void, metricsNamespace?: string): Line {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  say(createLog({ role: 'encoder', name: 'encoder-1', metricsNamespace, destination }));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!);
}

const load = (emit: EmitEvent): void =>
  emit('encoder.load', {
    broadcasts: 3,
    capacity: 4,
    utilizationPercent: 75,
    pool: 'gpu',
    storeUnavailable: 0,
  });

describe('a log line', () => {
  test('has who speaks, what happened, its fields and its message', () => {
    const line = lineOf((emit) => emit('encoder.draining', { broadcasts: 2 }));
    expect(line).toEqual({
      level: 'info',
      time: expect.any(Number),
      role: 'encoder',
      name: 'encoder-1',
      event: 'encoder.draining',
      broadcasts: 2,
      msg: expect.stringMatching(/\w/),
    });
  });

  test('shows an error with its code and what caused it', () => {
    const root = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
    const cause = new TypeError('fetch failed', { cause: root });
    const stack = expect.stringMatching(/^at .*log\.test\.ts:\d+/);
    expect(lineOf((emit) => emit('encoder.sweep.failed', { cause })).cause).toEqual({
      name: 'TypeError',
      message: 'fetch failed',
      stack,
      cause: { name: 'Error', code: 'EHOSTUNREACH', message: 'no route', stack },
    });
  });

  test('has no metrics where no namespace is given', () => {
    const line = lineOf(load);
    expect(line).not.toHaveProperty('_aws');
    expect(line).not.toHaveProperty('EncoderUtilization');
  });

  test('has no metrics where its event carries none', () => {
    expect(
      lineOf((emit) => emit('encoder.draining', { broadcasts: 2 }), 'Headwater/test'),
    ).not.toHaveProperty('_aws');
  });

  test('carries metrics with their dimensions in the embedded metric format', () => {
    const before = Date.now();
    const { _aws, ...line } = lineOf(load, 'Headwater/test');
    expect(line).toMatchObject({
      event: 'encoder.load',
      EncoderBroadcasts: 3,
      EncoderUtilization: 75,
      ControlStoreUnavailable: 0,
      Pool: 'gpu',
    });
    expect(_aws?.Timestamp).toBeGreaterThanOrEqual(before);
    expect(_aws?.CloudWatchMetrics).toEqual([
      {
        Namespace: 'Headwater/test',
        Dimensions: [['Pool']],
        Metrics: [
          { Name: 'EncoderBroadcasts', Unit: 'Count' },
          { Name: 'EncoderUtilization', Unit: 'Percent' },
        ],
      },
      {
        Namespace: 'Headwater/test',
        Dimensions: [[]],
        Metrics: [{ Name: 'ControlStoreUnavailable', Unit: 'Count' }],
      },
    ]);
  });

  test('leaves out a metric whose field is absent or no number, and keeps the others', () => {
    const line = lineOf(
      (emit) =>
        emit('ingest.load', { sessions: Number.NaN, sockets: Number.NaN, capacity: 1, storeUnavailable: 1 }),
      'Headwater/test',
    );
    expect(line._aws?.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name))).toEqual([
      'ControlStoreUnavailable',
    ]);
    expect(line).not.toHaveProperty('IngestSessions');
  });

  test('names in its directives only members that the line has, within CloudWatch’s limits', () => {
    const lines = [
      lineOf(load, 'Headwater/test'),
      lineOf(
        (emit) =>
          emit('control.fleet.measured', {
            fleet: 'encoder',
            pool: 'cpu',
            members: 2,
            streams: 1,
            headroomStreams: 3,
            utilizationPercent: 25,
          }),
        'Headwater/test',
      ),
      lineOf((emit) => emit('encoder.lease.lost', { stream: 's', epoch: 2 }), 'Headwater/test'),
    ];
    for (const line of lines) {
      const directives = line._aws?.CloudWatchMetrics ?? [];
      expect(Number.isSafeInteger(line._aws?.Timestamp)).toBe(true);
      expect(directives.length).toBeGreaterThan(0);
      for (const { Namespace, Dimensions, Metrics } of directives) {
        expect(Namespace).toMatch(/^.{1,1024}$/);
        expect(Metrics.length).toBeLessThanOrEqual(100);
        for (const { Name, Unit } of Metrics) {
          expect(line[Name]).toEqual(expect.any(Number));
          expect(Unit).toBe(metrics[Name as keyof typeof metrics].unit);
        }
        for (const set of Dimensions) {
          expect(set.length).toBeLessThanOrEqual(30);
          for (const dimension of set) expect(line[dimension]).toMatch(/^[\x20-\x7e]{1,1024}$/);
        }
      }
    }
  });
});
