import { describe, expect, test } from '@jest/globals';
import { defaultLadder } from '../../lib/config/ladder.ts';
import { type ForecastOptions, forecast } from '../../lib/cost/forecast.ts';
import { parseForecastOptions } from '../../lib/cost/forecast-options.ts';
import { forecastText } from '../../lib/cost/forecast-text.ts';
import { idleHourUsd } from '../../lib/cost/idle-cost.ts';
import { costEstimate } from '../../lib/cost/stream-cost.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

const deployment = testDeployment();
const of = (options: Partial<ForecastOptions> = {}) =>
  forecast({ deployment, streams: 200, viewers: 50_000, hours: 3, ...options });

const usd = ({ items }: ReturnType<typeof of>, what: string): number | undefined =>
  items.find((item) => item.what === what)?.usd;

describe('a forecast', () => {
  test('adds up, as do its shares', () => {
    const result = of();
    const sum = result.items.reduce((total, item) => total + item.usd, 0);
    expect(result.totalUsd).toBeCloseTo(sum, 6);
    const shares = (result.perStreamHourUsd ?? 0) * 600 + (result.perViewerHourUsd ?? 0) * 150_000;
    expect(shares).toBeCloseTo(result.totalUsd, 6);
  });

  test('of nothing is the idle platform, with nothing per stream or viewer', () => {
    const result = of({ streams: 0, viewers: 0, hours: 10 });
    expect(result.totalUsd).toBeCloseTo(10 * idleHourUsd(deployment), 6);
    expect(result).not.toHaveProperty('perStreamHourUsd');
    expect(result).not.toHaveProperty('perViewerHourUsd');
    expect(result.limits.some(({ exceeded }) => exceeded)).toBe(false);
  });

  test('charges another stream what the API says, but for its encoder', () => {
    const { perHourUsd, parts } = costEstimate('fleet', defaultLadder, { region: 'eu-central-1' });
    const encoding = parts[0]?.perHourUsd ?? 0;
    // Both within one task's room, so the fleets don't grow.
    const more =
      of({ streams: 2, viewers: 0, hours: 1 }).totalUsd - of({ streams: 1, viewers: 0, hours: 1 }).totalUsd;
    expect(more).toBeCloseTo(perHourUsd - encoding, 2);
  });

  test('names what is reached first, and the fields to set for the load', () => {
    const { first, limits } = of();
    expect(first.map(({ what, at }) => [what, at])).toEqual([
      ['CPU encoder tasks (maxTasks)', 100],
      ['CloudFront Gb/s', 57_077],
    ]);
    const { compute, api } = deployment;
    const toDo = limits.filter(({ exceeded }) => exceeded).map(({ raise }) => raise);
    expect(toDo).toEqual([
      'request the quota fargate-vcpu: 579 (now 6)',
      `set compute.cpuEncoders.maxTasks to 143 (now ${compute.cpuEncoders.maxTasks})`,
      `set api.requestsPerSecond to 260 (now ${api.requestsPerSecond})`,
    ]);
    const larger = testDeployment({
      compute: { cpuEncoders: { maxTasks: 143 } },
      api: { requestsPerSecond: 260 },
    });
    const after = of({ deployment: larger, quotas: { 'fargate-vcpu': 579 } });
    expect(after.limits.filter(({ exceeded }) => exceeded)).toEqual([]);
  });

  test('says so if no setting is enough', () => {
    const { limits } = of({ streams: 20_000 });
    expect(limits.find(({ what }) => what.startsWith('CPU encoder tasks (maxTasks'))?.raise).toMatch(
      /would have to be 14,286; the file allows 5,000/,
    );
  });

  test('spreads streams over the regions, or puts them in one', () => {
    const two = testDeployment({ regions: [{ name: 'us-east-1' }, { name: 'eu-central-1' }] });
    const spread = of({ deployment: two, streams: 200 });
    expect(spread.regions).toEqual(['us-east-1', 'eu-central-1']);
    expect(spread.limits.find(({ what }) => what.startsWith('CPU encoder tasks (maxTasks'))?.exceeded).toBe(
      false,
    );
    expect(of({ deployment: two, streams: 200, region: 'us-east-1' }).first[0]?.exceeded).toBe(true);
  });

  test('says what a load costs on top of the idle platform, also where it is put in one of several regions', () => {
    const two = testDeployment({ regions: [{ name: 'us-east-1' }, { name: 'eu-central-1' }] });
    const idle = of({ deployment: two, region: 'us-east-1', streams: 0, viewers: 0 });
    expect(idle.extraUsd).toBeCloseTo(0, 6);
    expect(idle.idleMonthUsd).toBeCloseTo(730 * idleHourUsd(two), 6);
    const elsewhere = of({ region: 'us-east-1', streams: 0, viewers: 0, hours: 1 });
    expect(elsewhere.idleMonthUsd).toBeCloseTo(730 * elsewhere.totalUsd, 6);
  });

  test('says whose prices it used', () => {
    expect(of({ region: 'ap-south-1' }).notes.join(' ')).toMatch(
      /prices of ap-south-1 are not known .* us-east-1/,
    );
    expect(of().notes.join(' ')).not.toMatch(/not known to/);
  });

  test('of a billion viewers is a number', () => {
    const result = of({ viewers: 1e9 });
    expect(result.totalUsd).toBeGreaterThan(30e6);
    expect(forecastText(result)).toMatch(
      /CloudFront Gb\/s: 57,077 viewers; request the quota cloudfront-gbps: 2,628,000/,
    );
    expect(forecastText(result)).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('counts MediaLive instead of more workers', () => {
    const managed = testDeployment({ managedEncoder: { channelClass: 'SINGLE_PIPELINE' } });
    const result = of({ deployment: managed, encoder: 'medialive', streams: 4, viewers: 0, hours: 1 });
    expect(usd(result, 'MediaLive output 1080p, HD AVC')).toBeCloseTo(4 * 0.4212, 6);
    expect(result.first[0]).toMatchObject({ what: expect.stringMatching(/^MediaLive channels/), at: 5 });
  });
});

describe('the text', () => {
  test('says whether the budget holds it', () => {
    expect(forecastText(of())).toMatch(/One such event exceeds it: set budget.monthlyUsd to 13,\d00/);
    expect(forecastText(of({ streams: 10, viewers: 100 }))).toMatch(/It covers \d+ such events a month/);
    expect(forecastText(of())).toMatch(/With budget.stop, new broadcasts would be refused/);
    const stopping = testDeployment({
      budget: { monthlyUsd: 1_500, emails: ['a@example.com'], stop: true },
    });
    expect(forecastText(of({ deployment: stopping }))).toMatch(
      /Once it is spent, new broadcasts are refused/,
    );
    const poor = testDeployment({ budget: { monthlyUsd: 100, emails: ['a@example.com'] } });
    expect(forecastText(of({ deployment: poor }))).toMatch(/The idle platform alone exceeds it/);
  });

  test('says what must be raised before anything runs at all', () => {
    const text = forecastText(of({ streams: 0, viewers: 0, hours: 1 }));
    expect(text).toContain(
      'To carry this load:\n  Fargate vCPUs: reached while idle; request the quota fargate-vcpu: 12 (now 6)\n',
    );
    expect(text).not.toContain('stream-hours');
  });

  test('counts one thing as one', () => {
    const text = forecastText(of({ streams: 1, viewers: 1, hours: 1 }));
    expect(text).toMatch(/^1 stream \(fleet\) and 1 viewer of 720p/);
    expect(text).toMatch(/S3 writes +\$0\.\d+ +1 stream-hour$/m);
    expect(text).toMatch(/CloudFront requests +\$0\.\d+ +5,400$/m);
  });

  test('says that a load fits', () => {
    const text = forecastText(of({ streams: 5, viewers: 100, quotas: { 'fargate-vcpu': 230 } }));
    expect(text).toContain('This load fits.');
    expect(text).not.toContain('To carry this load');
  });
});

describe('the command line', () => {
  const faultOf = (line: string): string => {
    try {
      parseForecastOptions(line.split(' ')).loadOf(deployment);
    } catch (fault) {
      return fault instanceof Error ? fault.message : String(fault);
    }
    return 'none';
  };
  const load = '--streams 1 --viewers 1 --hours 1';

  test.each([
    ['--viewers 1 --hours 1', '--streams is missing'],
    ['--streams -5 --viewers 1 --hours 1', "--streams must be a number, 0 or more; got '-5'"],
    ['--streams 1 --viewers NaN --hours 1', "--viewers must be a number, 0 or more; got 'NaN'"],
    [
      '--streams 1.5 --viewers 1 --hours 1',
      "--streams must be a whole number up to 10,000,000,000; got '1.5'",
    ],
    [
      '--streams 1 --viewers 1e99 --hours 1',
      "--viewers must be a whole number up to 10,000,000,000; got '1e99'",
    ],
    ['--streams 1 --viewers 1 --hours 0', "--hours must be greater than 0 and at most 744; got '0'"],
    ['--streams 1 --viewers 1 --hours -Infinity', "--hours must be a number, 0 or more; got '-Infinity'"],
    [
      `${load} --region moon-1`,
      "--region must be an AWS region such as us-east-1 or eu-central-1; got 'moon-1'",
    ],
    [`${load} --rendition 4k`, "--rendition must be one of 1080p, 720p, 480p, 360p; got '4k'"],
    [`${load} --encoder x`, "--encoder must be fleet or medialive; got 'x'"],
    [`${load} --encoder medialive`, '--encoder medialive needs managedEncoder in the deployment file'],
  ])('%s: one line', (line, words) => {
    expect(faultOf(line)).toBe(words);
  });

  test('names a known quota without a number', () => {
    expect(faultOf(`${load} --quota s3-puts=many`)).toBe(
      "--quota s3-puts must be a number greater than 0; got 'many'",
    );
  });

  test('names every unknown quota', () => {
    expect(faultOf(`${load} --quota moon=1`)).toMatch(
      /^--quota must be NAME=NUMBER with one of cloudfront-gbps, .*; got 'moon=1'$/,
    );
  });

  test('reads a load', () => {
    const { loadOf, file, json } = parseForecastOptions(
      '--streams 0 --viewers 1e9 --hours 2.5 --quota s3-puts=7000 --json'.split(' '),
    );
    expect([file, json]).toEqual(['deployment.json', true]);
    expect(loadOf(deployment)).toMatchObject({
      streams: 0,
      viewers: 1e9,
      hours: 2.5,
      quotas: { 's3-puts': 7_000 },
    });
  });
});
