import { describe, expect, test } from '@jest/globals';
import {
  defaultPortBase,
  helpText,
  parseLiveOptions,
  UsageError,
} from '../../../../lib/adapters/local/platform/options.ts';

describe('the flags of npm run live', () => {
  test('without flags, two workers and two proxies on the default ports, data below the repository', () => {
    expect(parseLiveOptions([], '/repo')).toEqual({
      portBase: defaultPortBase,
      dataDir: '/repo/.headwater',
      workers: 2,
      proxies: 2,
      demo: false,
      json: false,
      awsEndpoint: undefined,
      help: false,
    });
  });

  test('every flag is read', () => {
    const args = [
      '--port-base',
      '0',
      '--data-dir',
      '/d',
      '--workers',
      '3',
      '--proxies=1',
      '--demo',
      '--json',
      '--aws-endpoint=http://127.0.0.1:5000',
    ];
    expect(parseLiveOptions(args, '/repo')).toMatchObject({
      portBase: 0,
      dataDir: '/d',
      workers: 3,
      proxies: 1,
      demo: true,
      json: true,
      awsEndpoint: 'http://127.0.0.1:5000',
    });
  });

  test('every fault is named at once', () => {
    const args = ['--port-base', '80', '--workers', '0', '--proxies', 'many', '--aws-endpoint', 'moto'];
    expect(() => parseLiveOptions(args, '/repo')).toThrow(UsageError);
    expect(() => parseLiveOptions(args, '/repo')).toThrow(
      /--workers.*--proxies.*--aws-endpoint.*--port-base/,
    );
  });

  test('an unknown flag is named', () => {
    expect(() => parseLiveOptions(['--turbo'], '/repo')).toThrow(/--turbo/);
  });

  test('the help names every flag', () => {
    for (const flag of [
      '--demo',
      '--port-base',
      '--data-dir',
      '--workers',
      '--proxies',
      '--json',
      '--aws-endpoint',
      '--help',
    ]) {
      expect(helpText).toContain(flag);
    }
  });
});
