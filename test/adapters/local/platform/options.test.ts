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
      watch: false,
      inspect: undefined,
      allowPush: [],
      awsEndpoint: undefined,
      rotatePlaybackKeys: false,
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
      '--watch',
      '--rotate-playback-keys',
      '--inspect=encoder-1',
      '--aws-endpoint=http://127.0.0.1:5000',
      '--webhook=https://example.com/hook',
      '--webhook-secret-file=secrets/hook',
    ];
    expect(parseLiveOptions(args, '/repo')).toMatchObject({
      portBase: 0,
      dataDir: '/d',
      workers: 3,
      proxies: 1,
      demo: true,
      json: true,
      watch: true,
      rotatePlaybackKeys: true,
      inspect: 'encoder-1',
      awsEndpoint: 'http://127.0.0.1:5000',
      webhook: { url: 'https://example.com/hook', secretFile: '/repo/secrets/hook' },
    });
  });

  test('every fault is named at once', () => {
    const args = ['--port-base', '80', '--workers', '0', '--proxies', 'many', '--aws-endpoint', 'moto'];
    expect(() => parseLiveOptions(args, '/repo')).toThrow(UsageError);
    expect(() => parseLiveOptions(args, '/repo')).toThrow(
      /--workers.*--proxies.*--aws-endpoint.*--port-base/,
    );
  });

  test('networks that may be pushed to are CIDRs', () => {
    expect(parseLiveOptions(['--allow-push', '127.0.0.0/8,::1/128'], '/').allowPush).toEqual([
      '127.0.0.0/8',
      '::1/128',
    ]);
    for (const text of ['', '127.0.0.1', '127.0.0.0/33', 'localhost/8', '::1/129', '127.0.0.0/8,', '10/8']) {
      expect(() => parseLiveOptions([`--allow-push=${text}`], '/')).toThrow(
        /--allow-push must list networks/,
      );
    }
  });

  test('a webhook needs an address that has no password in it', () => {
    expect(() => parseLiveOptions(['--webhook', 'https://me:pass@example.com'], '/')).toThrow(
      /--webhook must be a URL/,
    );
    expect(() => parseLiveOptions(['--webhook-secret-file', 'a'], '/')).toThrow(/requires --webhook/);
  });

  test('an unknown flag is named', () => {
    expect(() => parseLiveOptions(['--turbo'], '/repo')).toThrow(/Unknown option '--turbo'\.$/);
  });

  test('the help names every flag', () => {
    for (const flag of [
      '--demo',
      '--port-base',
      '--data-dir',
      '--workers',
      '--proxies',
      '--json',
      '--watch',
      '--inspect',
      '--aws-endpoint',
      '--webhook',
      '--webhook-secret-file',
      '--help',
    ]) {
      expect(helpText).toContain(flag);
    }
  });
});
