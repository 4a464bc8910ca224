import { describe, expect, test } from '@jest/globals';
import type { Deployment } from '../../lib/config/deployment.ts';
import { judgeQuota, judgeQuotas } from '../../preflight/policy/judge-quota.ts';
import { judgeStorage } from '../../preflight/policy/judge-storage.ts';
import { gpuVcpus, type QuotaNeed, quotaNeeds } from '../../preflight/policy/quota-needs.ts';
import { account, deploymentOf, fullDeployment, scopeIn } from './sound-account.ts';

const need = (deployment: Deployment, name: string): QuotaNeed | undefined =>
  quotaNeeds(deployment, scopeIn(deployment)).find((one) => one.name.startsWith(name));
const range = (deployment: Deployment, name: string) => {
  const { least, most = least } = need(deployment, name) ?? { least: undefined };
  return [least, most];
};

describe('what a deployment needs', () => {
  test('by default: the fleets at their smallest and largest, a network and two balancers', () => {
    const plain = deploymentOf();
    // 3 proxies of 1 vCPU, 2 workers of 4 and 2 live origins of 1/2; 30, 50 and 20 at most.
    expect(range(plain, 'Fargate On-Demand')).toEqual([12, 240]);
    expect(range(plain, 'VPCs')).toEqual([1, 1]);
    expect(range(plain, 'Network Load Balancers')).toEqual([2, 2]);
    expect(range(plain, 'CloudFront VPC origins')).toEqual([1, 1]);
    for (const name of ['Fargate Spot', 'Running On-Demand G', 'EC2-VPC Elastic IPs', 'MediaLive'])
      expect(need(plain, name)).toBeUndefined();
  });

  test('workers on Spot count there, but never the minimum', () => {
    const half = deploymentOf({ compute: { cpuEncoders: { minTasks: 2, maxTasks: 13, spotPercent: 50 } } });
    // Of 11 above the minimum, 6 on Spot.
    expect(range(half, 'Fargate Spot')).toEqual([0, 24]);
    expect(range(half, 'Fargate On-Demand')).toEqual([12, 30 + 7 * 4 + 10]);
  });

  test('a fleet of fixed size needs room for an update, which starts new tasks beside the old', () => {
    const fixed = { minTasks: 2, maxTasks: 2 };
    const small = deploymentOf({ compute: { proxies: fixed, cpuEncoders: fixed, liveOrigins: fixed } });
    expect(range(small, 'Fargate On-Demand')).toEqual([11, 22]);
  });

  test('GPU workers: vCPUs of their instances, and addresses of the NAT gateways', () => {
    const gpu = deploymentOf({
      compute: { gpuEncoders: { instanceType: 'g6.2xlarge', minTasks: 2, maxTasks: 5 } },
    });
    expect(range(gpu, 'Running On-Demand G')).toEqual([16, 40]);
    expect(range(gpu, 'EC2-VPC Elastic IPs')).toEqual([3, 3]);
  });

  test.each([
    ['g6.xlarge', 4],
    ['g6.2xlarge', 8],
    ['g5.16xlarge', 64],
    ['g6e.48xlarge', 192],
  ])('%s has %d vCPUs', (type, vcpus) => {
    expect(gpuVcpus(type)).toBe(vcpus);
  });

  test('each region has its own quotas; accelerators and cache behaviors grow with the regions', () => {
    const names = ['eu-central-1', 'us-east-1', 'ap-south-1'];
    const three = fullDeployment({ regions: names.map((name) => ({ name, zones: 2 })) });
    expect(
      quotaNeeds(three, scopeIn(three))
        .filter(({ name }) => name.startsWith('VPCs'))
        .map(({ region }) => region),
    ).toEqual(names);
    expect(range(three, 'EC2-VPC Elastic IPs')).toEqual([2, 2]);
    expect(need(three, 'Global Accelerator')).toMatchObject({ region: 'us-west-2', least: 3 });
    const one = need(fullDeployment(), 'CloudFront cache behaviors')?.least ?? 0;
    expect(need(three, 'CloudFront cache behaviors')?.least).toBeGreaterThan(2 * one);
  });

  test('live origins and what they need only with low latency, and only in the edge’s own account', () => {
    const standard = deploymentOf({ latency: 'standard' });
    expect(range(standard, 'Fargate On-Demand')).toEqual([11, 230]);
    expect(range(standard, 'Network Load Balancers')).toEqual([1, 1]);
    expect(range(standard, 'CloudFront VPC origins')).toEqual([0, 0]);
    const regions = [{ name: 'eu-central-1' }, { name: 'us-east-2', account: '444455556666' }];
    expect(range(deploymentOf({ account, regions }), 'CloudFront origin groups')).toEqual([1, 1]);
  });

  test('an existing VPC brings its own way out', () => {
    const subnets = ['euc1-az1', 'euc1-az2'].map((zoneId, index) => ({
      zoneId,
      id: `subnet-0000000${index}`,
    }));
    const regions = [{ name: 'eu-central-1', vpc: { id: 'vpc-00000000', subnets } }];
    const adopted = deploymentOf({ regions, compute: { gpuEncoders: {} } });
    expect(need(adopted, 'VPCs')).toBeUndefined();
    expect(need(adopted, 'EC2-VPC Elastic IPs')).toBeUndefined();
  });

  test('only the regions asked for, and the global services for all', () => {
    const two = deploymentOf({ regions: [{ name: 'eu-central-1' }, { name: 'eu-west-1' }] });
    const needs = quotaNeeds(two, scopeIn(two, account, 'eu-west-1'));
    expect(new Set(needs.map(({ region }) => region))).toEqual(
      new Set(['eu-west-1', 'us-east-1', 'us-west-2']),
    );
    expect(needs.find(({ service }) => service === 'globalaccelerator')?.least).toBe(2);
  });
});

describe('a quota against its need', () => {
  const fargate = need(deploymentOf(), 'Fargate On-Demand')!;
  const vpcs = need(deploymentOf(), 'VPCs')!;
  const has = (value: number) => ({ found: { code: 'L-3032A538', value } });
  const others = (vpcCount: number) => ({ vpcs: { value: vpcCount }, addresses: { value: 0 } });

  test('below the least the deploy fails: missing, with the request for the most', () => {
    expect(judgeQuota({ need: fargate, ...has(6) })).toMatchObject({
      severity: 'missing',
      needed: '12 vCPU to deploy, 240 vCPU at full size',
      has: '6 vCPU',
      mend:
        'aws service-quotas request-service-quota-increase --service-code fargate --quota-code L-3032A538 ' +
        '--desired-value 240 --region eu-central-1',
    });
  });

  test.each([
    [11.99, 'missing'],
    [12, 'warning'],
    [239, 'warning'],
    [240, 'ok'],
  ])('%d vCPU: %s', (value, severity) => {
    expect(judgeQuota({ need: fargate, ...has(value) }).severity).toBe(severity);
  });

  test('what others use counts', () => {
    expect(judgeQuota({ need: vpcs, ...has(5) }, others(4)).severity).toBe('ok');
    expect(judgeQuota({ need: vpcs, ...has(5) }, others(5))).toMatchObject({
      severity: 'missing',
      has: '5, 5 in use',
      mend: expect.stringContaining('--desired-value 6 '),
    });
  });

  test('a quota that AWS doesn’t list is compared by its documented default, or unknown', () => {
    const found = undefined;
    const behaviors = need(deploymentOf(), 'CloudFront cache behaviors')!;
    expect(judgeQuota({ need: behaviors, found })).toMatchObject({
      severity: 'ok',
      has: "75 (AWS's default)",
    });
    expect(judgeQuota({ need: fargate, found })).toMatchObject({ severity: 'warning', needed: '240 vCPU' });
  });

  test('one refused call is one finding in a region, whatever it hides', () => {
    const unread = { call: 'servicequotas:GetServiceQuota', denied: true, message: '' };
    const findings = judgeQuotas(
      [
        { need: fargate, found: { unread } },
        { need: vpcs, found: { unread } },
        { need: { ...vpcs, region: 'eu-west-1' }, found: { unread } },
      ],
      () => undefined,
    );
    expect(findings.map(({ where, what }) => [where, what])).toEqual([
      [
        'eu-central-1',
        'Could not check the quotas Fargate On-Demand vCPU resource count, VPCs per Region: ' +
          'these credentials may not call servicequotas:GetServiceQuota.',
      ],
      ['eu-west-1', expect.stringContaining('the quotas VPCs per Region: ')],
    ]);
  });

  test('what CloudFront carries by default', () => {
    const carried = (name: string) => judgeQuota({ need: need(deploymentOf(), name)!, found: undefined });
    expect(carried('CloudFront data transfer')).toMatchObject({
      severity: 'note',
      what: expect.stringContaining('enough for 57,000 viewers of 720p'),
      has: "150 Gb/s (AWS's default)",
    });
    expect(carried('CloudFront requests').what).toContain('enough for 167,000 DASH viewers');
  });
});

test('a partition of S3 carries fewer streams, the more renditions they have', () => {
  expect(judgeStorage(deploymentOf()).what).toContain('enough for 1065 streams');
  const rung = {
    id: '720p',
    longSide: 1280,
    shortSide: 720,
    videoBps: 2e6,
    highRateVideoBps: 2e6,
    maxFrameRate: 30,
  };
  const one = deploymentOf({ ladder: { rungs: [rung], audioBps: 128_000 } });
  expect(judgeStorage(one).what).toContain('enough for 2359 streams');
});
