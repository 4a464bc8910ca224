import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { embedMetrics } from '../../lib/telemetry/embedded-metrics.ts';
import { type EventKind, event } from '../../lib/telemetry/event.ts';
import { events } from '../../lib/telemetry/events.ts';
import { type Metric, metrics, metricsNamespace } from '../../lib/telemetry/metrics.ts';

const root = join(import.meta.dirname, '../..');
const kinds = Object.entries<EventKind<object>>(events);

/** Every event that some program's source emits. */
function emittedEvents(): Set<string> {
  const emitted = new Set<string>();
  for (const folder of ['bin', 'lib', 'lambda']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.startsWith('telemetry/')) continue;
      const source = readFileSync(join(root, folder, file), 'utf8');
      for (const [call] of source.matchAll(/\bemit\([^,]*,/g)) {
        for (const [, name] of call.matchAll(/'([a-z.-]+)'/g)) emitted.add(name!);
      }
    }
  }
  return emitted;
}

describe('the table of metrics', () => {
  test('has no metric that no program emits', () => {
    const emitted = emittedEvents();
    const carried = kinds
      .filter(([name]) => emitted.has(name))
      .flatMap(([, kind]) => Object.keys(kind.metrics ?? {}));
    // That one is counted in the log of CloudFront's function, which the construct's test holds to its words.
    const counted = ['DenialsUnreadable'];
    expect(Object.keys(metrics).filter((name) => !carried.includes(name))).toEqual(counted);
  });

  test('has names and words that CloudWatch and people can read', () => {
    for (const [name, { description }] of Object.entries<Metric>(metrics)) {
      expect(name).toMatch(/^[A-Z][A-Za-z]{2,40}$/);
      expect(description).toMatch(/^[\w%].*\.$/);
    }
  });

  test('gives no line more metrics than CloudWatch takes', () => {
    for (const [, kind] of kinds) expect(Object.keys(kind.metrics ?? {}).length).toBeLessThanOrEqual(100);
  });

  test('is in a namespace of the deployment', () => {
    expect(metricsNamespace('live')).toBe('Headwater/live');
  });
});

describe('metrics in a log line', () => {
  const load = event<{ load: number; pool: string }>('info', 'Load.', {
    EncoderBroadcasts: 'load',
    LeasesLost: 1,
  });

  test('that have a dimension which the fields do not say are left out, for a line with one would be dropped', () => {
    const embedded = embedMetrics(load, { load: 3 }, 'N', 7);
    expect(embedded).toEqual({
      _aws: {
        Timestamp: 7,
        CloudWatchMetrics: [
          { Namespace: 'N', Dimensions: [[]], Metrics: [{ Name: 'LeasesLost', Unit: 'Count' }] },
        ],
      },
      LeasesLost: 1,
    });
  });

  test('are none where nothing is left', () => {
    const only = event<{ load: number; pool: string }>('info', 'Load.', { EncoderBroadcasts: 'load' });
    expect(embedMetrics(only, { load: Number.POSITIVE_INFINITY, pool: 'cpu' }, 'N', 7)).toBeUndefined();
  });

  test('are told apart by what the fields say', () => {
    expect(embedMetrics(load, { load: 3, pool: 'gpu' }, 'N', 7)).toMatchObject({
      Pool: 'gpu',
      EncoderBroadcasts: 3,
    });
  });
});

// What must not compile: names come from the table, fields from the event.
// @ts-expect-error no such metric
event<{ load: number }>('info', '', { NoSuchMetric: 1 });
// @ts-expect-error no such field
event<{ load: number }>('info', '', { LeasesLost: 'lease' });
// @ts-expect-error the field is no number
event<{ load: string }>('info', '', { LeasesLost: 'load' });
// @ts-expect-error the event does not say the pool
event<{ load: number }>('info', '', { EncoderBroadcasts: 'load' });
