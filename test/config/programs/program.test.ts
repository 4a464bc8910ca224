import { expect, test } from '@jest/globals';
import { EnvironmentError } from '../../../lib/config/env.ts';
import { programCodec } from '../../../lib/config/programs/program.ts';
import { metricsNamespace } from '../../../lib/telemetry/metrics.ts';

test('a program that is told nothing outlives its parent and logs no metrics', () => {
  expect(programCodec.decode({})).toEqual({ exitWithParent: false });
});

test('what is encoded is decoded', () => {
  const config = { exitWithParent: true, metricsNamespace: metricsNamespace('live-2') };
  expect(programCodec.decode(programCodec.encode(config))).toEqual(config);
});

test('a namespace that CloudWatch keeps for itself is a fault', () => {
  expect(() => programCodec.decode({ HEADWATER_METRICS_NAMESPACE: 'AWS/ECS' })).toThrow(EnvironmentError);
});
