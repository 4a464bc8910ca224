import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../lib/config/command-line.ts';
import type { Finding } from '../../preflight/finding.ts';
import { readMachine } from '../../preflight/machine.ts';
import { parsePreflightOptions } from '../../preflight/options.ts';
import { unknownRegions } from '../../preflight/policy/input-faults.ts';
import { exitCodeOf, reportText } from '../../preflight/report.ts';
import { deploymentOf } from './sound-account.ts';

describe('flags', () => {
  test('default to the whole of deployment.json', () => {
    expect(parsePreflightOptions([])).toEqual({
      deploymentFile: 'deployment.json',
      json: false,
      help: false,
    });
    expect(
      parsePreflightOptions(['--deployment', 'x.json', '--region', 'eu-west-1', '--json']),
    ).toMatchObject({
      deploymentFile: 'x.json',
      region: 'eu-west-1',
      json: true,
    });
  });

  test('an unknown one is named', () => {
    expect(() => parsePreflightOptions(['--regions'])).toThrow(UsageError);
    expect(() => parsePreflightOptions(['--regions'])).toThrow("'--regions'");
  });
});

test('regions that AWS doesn’t have: a line for each', () => {
  const names = ['eu-central-1', 'eu-central-9', 'xx-north-1'];
  const deployment = deploymentOf({ regions: names.map((name) => ({ name })) });
  expect(unknownRegions(deployment, new Set(['eu-central-1', 'us-east-1']))).toEqual([
    'regions.1.name: there is no AWS region eu-central-9',
    'regions.2.name: there is no AWS region xx-north-1',
  ]);
});

describe('the report', () => {
  const finding = (severity: Finding['severity'], fields: Partial<Finding> = {}): Finding => ({
    check: 'quota',
    where: 'eu-west-1',
    severity,
    what: `It is ${severity}.`,
    ...fields,
  });

  test('shows what is missing first, each with its figures and its command, and counts what is fine', () => {
    const text = reportText([
      finding('ok'),
      finding('warning'),
      finding('note', { needed: '1', has: '2' }),
      finding('missing', { needed: '11', has: '6', mend: 'aws raise' }),
    ]);
    expect(text).toBe(
      [
        'Missing\n  eu-west-1: It is missing. Needed: 11; has: 6.\n    aws raise',
        'Warnings\n  eu-west-1: It is warning.',
        'Capacity\n  eu-west-1: It is note.',
        '1 missing, 1 warning, 2 fine\n',
      ].join('\n\n'),
    );
  });

  test('the exit code is 1 only if something is missing', () => {
    expect(exitCodeOf([finding('ok'), finding('warning'), finding('note')])).toBe(0);
    expect(exitCodeOf([finding('ok'), finding('missing')])).toBe(1);
  });
});

describe('the machine', () => {
  test('builds for the platforms that buildx names', async () => {
    const run = async (_: string, args: readonly string[]) =>
      args[0] === 'version' ? 'ok' : 'Name: default\nPlatforms: linux/amd64*, linux/amd64/v2, linux/arm64\n';
    expect(await readMachine('docker', run)).toEqual({
      builder: 'docker',
      running: true,
      platforms: ['linux/amd64', 'linux/amd64/v2', 'linux/arm64'],
    });
  });

  test('without buildx, for its own and those with an emulator', async () => {
    const run = async (_: string, args: readonly string[]) => {
      if (args[0] === 'version') return 'ok';
      throw new Error('no such command');
    };
    const { running, platforms } = await readMachine('podman', run);
    expect(running).toBe(true);
    const own = { x64: 'linux/amd64', arm64: 'linux/arm64' }[process.arch as string];
    expect(platforms).toContain(own);
  });

  test('without a daemon, for none', async () => {
    const run = () => Promise.reject(new Error('Cannot connect to the Docker daemon'));
    expect(await readMachine('docker', run)).toEqual({ builder: 'docker', running: false });
  });
});

test('every call is a read', () => {
  const folder = join(import.meta.dirname, '..', '..', 'preflight', 'aws');
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const commands = sources.flatMap((text) => text.match(/new \w+Command\(/g) ?? []);
  expect(commands.length).toBeGreaterThan(12);
  for (const command of commands) expect(command).toMatch(/^new (Get|Describe|List|Head)/);
});
