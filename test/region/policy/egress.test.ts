import { describe, expect, test } from '@jest/globals';
import { planEgress } from '../../../lib/region/policy/egress.ts';

describe('the way out of the private subnets', () => {
  test.each([2, 3])('is an endpoint a service where only Fargate runs, in %i zones', (zones) => {
    const egress = planEgress({ zones, withGpu: false });
    expect(egress.kind).toBe('endpoints');
    expect(egress.interfaceServices).toEqual(['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager']);
  });

  test.each([2, 3])('is NAT where instances add three services, in %i zones', (zones) => {
    expect(planEgress({ zones, withGpu: true })).toMatchObject({ kind: 'nat', interfaceServices: [] });
  });

  test('is endpoints even with instances where much goes through, for NAT is priced by the GB', () => {
    const egress = planEgress({ zones: 3, withGpu: true, gbPerHour: 5 });
    expect(egress.kind).toBe('endpoints');
    expect(egress.interfaceServices).toEqual(expect.arrayContaining(['ecs', 'ecs-agent', 'ecs-telemetry']));
    expect(egress.interfaceServices).toHaveLength(7);
  });

  test('tells what both cost an hour', () => {
    const fargate = planEgress({ zones: 3, withGpu: false, gbPerHour: 0 });
    expect(fargate.endpointsHourlyUsd).toBeCloseTo(0.12, 6);
    expect(fargate.natHourlyUsd).toBeCloseTo(0.15, 6);
    const busy = planEgress({ zones: 2, withGpu: true, gbPerHour: 1 });
    expect(busy.endpointsHourlyUsd).toBeCloseTo(0.15, 6);
    expect(busy.natHourlyUsd).toBeCloseTo(0.145, 6);
  });
});
