import { describe, expect, test } from '@jest/globals';
import { helpText } from '../../../../lib/adapters/local/platform/help.ts';
import { defaultPortBase, parseLiveOptions } from '../../../../lib/adapters/local/platform/options.ts';
import { UsageError } from '../../../../lib/config/command-line.ts';

describe('the flags of npm run live', () => {
  test('without flags, two workers and two proxies on the default ports, data below the repository', () => {
    expect(parseLiveOptions([], '/repo')).toEqual({
      portBase: defaultPortBase,
      dataDir: '/repo/.headwater',
      host: '127.0.0.1',
      publicHost: undefined,
      workers: 2,
      proxies: 2,
      demo: false,
      json: false,
      watch: false,
      inspect: undefined,
      allowPush: [],
      allowOrigin: [],
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
    let fault: unknown;
    try {
      parseLiveOptions(args, '/repo');
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault).toBeInstanceOf(UsageError);
    const { faults } = fault as UsageError;
    expect(faults.map((line) => /^--[a-z-]+/.exec(line)?.[0])).toEqual([
      '--workers',
      '--proxies',
      '--aws-endpoint',
      '--port-base',
    ]);
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

  test('pages that may use the API are named by their origin', () => {
    const origins = 'https://studio.example.com,http://127.0.0.1:3000';
    expect(parseLiveOptions(['--allow-origin', origins], '/').allowOrigin).toEqual(origins.split(','));
    for (const text of [
      '',
      '*',
      'studio.example.com',
      'https://studio.example.com/',
      'https://a.example,null',
      'file:///x',
    ])
      expect(() => parseLiveOptions([`--allow-origin=${text}`], '/')).toThrow(
        /--allow-origin must list origins/,
      );
  });

  test('it is opened at an address, and others may call it by any name', () => {
    const parsed = parseLiveOptions(['--host', '0.0.0.0', '--public-host', 'live.home'], '/');
    expect(parsed).toMatchObject({ host: '0.0.0.0', publicHost: 'live.home' });
    expect(parseLiveOptions(['--host', 'localhost'], '/').host).toBe('127.0.0.1');
    for (const host of ['', 'all', '192.168.1', 'live.home'])
      expect(() => parseLiveOptions([`--host=${host}`], '/')).toThrow(/--host must be an address/);
    for (const name of ['', 'a b', 'live.home:8440', 'http://live.home', '-x'])
      expect(() => parseLiveOptions([`--public-host=${name}`], '/')).toThrow(/--public-host must be a name/);
  });

  test('a webhook needs an address that has no password in it', () => {
    expect(() => parseLiveOptions(['--webhook', 'https://me:pass@example.com'], '/')).toThrow(
      /--webhook must be a URL/,
    );
    expect(() => parseLiveOptions(['--webhook-secret-file', 'a'], '/')).toThrow(/requires --webhook/);
  });

  test('a data folder without a name isn’t the folder where the command runs', () => {
    for (const name of ['', ' ']) {
      expect(() => parseLiveOptions(['--data-dir', name], '/repo')).toThrow(/^--data-dir must be a folder/);
    }
  });

  test('an unknown flag is named', () => {
    expect(() => parseLiveOptions(['--turbo'], '/repo')).toThrow(/^Unknown option '--turbo'$/);
  });

  test('the help names every flag', () => {
    for (const flag of [
      '--demo',
      '--host',
      '--public-host',
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
