import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DeploymentError, readDeployment } from '../../lib/config/deployment.ts';
import { faultsOf, readFields } from './deployment-faults.ts';

describe('a deployment file', () => {
  test('is taken with all else left to the defaults', () => {
    const deployment = readFields({});
    expect(deployment.regions).toEqual([{ name: 'eu-central-1', zones: 3 }]);
    expect(deployment.plainRtmp).toBe(false);
    expect(deployment.compute.gpuEncoders).toBeUndefined();
    expect(deployment.api.jwt).toBeUndefined();
    expect(deployment.retention.keepOnDelete).toBe(true);
  });

  test('that is committed as the example is taken', () => {
    expect(readDeployment(readFileSync('deployment.json', 'utf8'), 'deployment.json').name).toBe('headwater');
  });

  const jwt = { issuer: 'https://login.example.com', audiences: ['api'] };
  test.each<[string, object, string]>([
    ['two issuers', { api: { jwt, cognito: true } }, 'api.cognito: must not be true together with api.jwt'],
    [
      'a name that Cognito reserves',
      { name: 'my-aws-live', api: { cognito: true } },
      'name: must not contain aws, amazon or cognito',
    ],
    [
      'an origin with a path',
      { api: { jwt: { ...jwt, endpointOrigins: ['https://login.example.com/token'] } } },
      'api.jwt.endpointOrigins.0: must be an https origin without a path',
    ],
    [
      'a scope that the API doesn’t have',
      { api: { jwt: { ...jwt, consoleScopes: ['admin'] } } },
      'api.jwt.consoleScopes.0: ',
    ],
  ])('is refused with %s', (_, fields, fault) => {
    expect(faultsOf(fields)).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    [
      { compute: { cpuEncoders: { maxTasks: 6_000 } } },
      'compute.cpuEncoders.maxTasks: must be at most 5,000',
    ],
    [{ budget: { monthlyUsd: 0, emails: ['a@example.com'] } }, 'budget.monthlyUsd: must be more than 0'],
    [{ plainRtmp: 'yes' }, 'plainRtmp: must be true or false'],
    [{ compute: { proxies: { cpu: 3 } } }, 'compute.proxies.cpu: must be one of 256, 512, 1024'],
    [{ dvrWindowSeconds: 30.5 }, 'dvrWindowSeconds: must be a whole number'],
  ])('says in plain words what %j must be', (fields, fault) => {
    expect(faultsOf(fields)[0]).toContain(fault);
  });

  test('gives all its faults in one message, each with its place', () => {
    const json = JSON.stringify({
      name: 'Live',
      regions: [{ name: 'Frankfurt' }, { name: 'us-west-1', zones: 3 }],
      domain: { name: 'not a name', hostedZoneId: 'x' },
      compute: {
        proxies: { cpu: 1024, memoryMiB: 2500 },
        cpuEncoders: { minTasks: 9, maxTasks: 3 },
        gpuEncoders: { instanceType: 'm7g.large', minTasks: 5, maxTasks: 1 },
      },
      retention: { logDays: 8 },
      alarmEmails: ['nobody'],
      colour: 'blue',
    });
    let fault: unknown;
    try {
      readDeployment(json, 'mine.json');
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault).toBeInstanceOf(DeploymentError);
    const { faults, message } = fault as DeploymentError;
    for (const place of [
      'name',
      'regions.0.name',
      'regions.1.zones',
      'domain.name',
      'domain.hostedZoneId',
      'compute.proxies.memoryMiB',
      'compute.cpuEncoders.minTasks',
      'compute.gpuEncoders.instanceType',
      'compute.gpuEncoders.minTasks',
      'retention.logDays',
      'budget',
      'alarmEmails.0',
      'colour',
    ]) {
      expect(faults.filter((line) => line.startsWith(`${place}: `))).toHaveLength(1);
      expect(message).toContain(`  - ${place}: `);
    }
    expect(faults).toContain('budget: is missing');
    expect(message).toContain('mine.json has');
  });

  test('that is no JSON is told so', () => {
    expect(() => readDeployment('{', 'mine.json')).toThrow(
      /mine\.json has 1 error:\n {2}- is not valid JSON/,
    );
  });

  test('may not name a region twice, or none', () => {
    expect(faultsOf({ regions: [{ name: 'eu-west-1' }, { name: 'eu-west-1' }] })).toEqual([
      'regions: must not name a region twice',
    ]);
    expect(faultsOf({ regions: [] })).toEqual(['regions: must have at least 1 item']);
  });

  test.each([
    [256, 512, true],
    [256, 3072, false],
    [4096, 8192, true],
    [4096, 8500, false],
    [16_384, 32_768, true],
    [16_384, 36_864, false],
  ])('asks Fargate for %d CPU units with %d MiB: %s', (cpu, memoryMiB, fits) => {
    expect(faultsOf({ compute: { cpuEncoders: { cpu, memoryMiB } } })).toHaveLength(fits ? 0 : 1);
  });

  describe('may announce events', () => {
    const event = { name: 'final', from: '2026-12-19T17:00:00Z', until: '2026-12-19T22:00:00Z', streams: 60 };
    const faultsIn = (...schedule: object[]) => faultsOf({ compute: { schedule } });

    test('for all regions or some', () => {
      expect(readFields({ compute: { schedule: [event] } }).compute.schedule).toEqual([event]);
      expect(faultsIn({ ...event, regions: ['eu-central-1'] })).toEqual([]);
      expect(faultsIn({ ...event, regions: ['us-east-1'] })).toEqual([
        'compute.schedule.0.regions.0: must be one of the regions',
      ]);
    });

    test('that have a time, fit the fleets and do not overlap', () => {
      expect(faultsIn({ ...event, from: 'tomorrow' })).toEqual([
        'compute.schedule.0.from: must be a time in UTC such as 2026-12-19T17:00:00Z',
      ]);
      expect(faultsIn({ ...event, until: event.from })).toEqual([
        'compute.schedule.0.until: must be later than from',
      ]);
      // Two streams a task, 30 % kept free, 50 tasks at most.
      expect(faultsIn({ ...event, streams: 71 })).toEqual([
        'compute.schedule.0.streams: needs 51 tasks, but cpuEncoders.maxTasks is 50',
      ]);
      expect(faultsIn(event, { ...event, name: 'second', from: '2026-12-19T21:00:00Z' })).toEqual([
        'compute.schedule: final and second overlap, 15 minutes of preparation included: make them one',
      ]);
      const later = { from: '2026-12-20T17:00:00Z', until: '2026-12-20T22:00:00Z' };
      expect(faultsIn(event, { ...event, ...later })).toEqual([
        'compute.schedule: must not name an event twice',
      ]);
    });
  });

  test('may have a ladder of its own', () => {
    const rung = { id: '240p', longSide: 426, shortSide: 240, videoBps: 300_000, highRateVideoBps: 300_000 };
    const ladder = { rungs: [{ ...rung, maxFrameRate: 30 }], audioBps: 64_000 };
    expect(readFields({ ladder }).ladder).toEqual(ladder);
    expect(faultsOf({ ladder: { rungs: [rung], audioBps: 1 } })).toHaveLength(2);
  });
});
