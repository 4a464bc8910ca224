import { describe, expect, test } from '@jest/globals';
import {
  allowedAddresses,
  checkAddresses,
  checkTargetUrl,
  isPublicAddress,
} from '../../lib/routing/target-address.ts';

describe('target url', () => {
  test.each([
    ['rtmp://a.example/live', { secure: false, host: 'a.example', port: 1935, app: 'live' }],
    ['rtmps://a.example/live', { secure: true, host: 'a.example', port: 443, app: 'live' }],
    [
      'RTMPS://A.Example:8443/app/instance',
      { secure: true, host: 'a.example', port: 8443, app: 'app/instance' },
    ],
    ['rtmp://a.example:80/live2?backup=1', { host: 'a.example', port: 80, app: 'live2?backup=1' }],
    ['rtmp://8.8.8.8/live', { host: '8.8.8.8' }],
    ['rtmp://[2606:4700::1111]:1936/live', { host: '2606:4700::1111', port: 1936 }],
    ['rtmp://a.example./live', { host: 'a.example' }],
    ['rtmp://bücher.example/live', { host: 'xn--bcher-kva.example' }],
    ['rtmp://localhost/live', { host: 'localhost' }],
  ])('reads %s', (text, parts) => {
    expect(checkTargetUrl(text)).toMatchObject({ ok: true, url: parts });
  });

  test('tells the server one spelling of it', () => {
    const spelling = (text: string) => {
      const checked = checkTargetUrl(text);
      return checked.ok ? checked.url.tcUrl : checked.fault;
    };
    expect(spelling('RTMP://A.example:1935/live')).toBe('rtmp://a.example:1935/live');
    expect(spelling('rtmps://a.example/live')).toBe('rtmps://a.example/live');
    expect(spelling('rtmp://[2606:4700:0::1111]/live')).toBe('rtmp://[2606:4700::1111]/live');
  });

  test.each([
    ['', 'must look like'],
    ['a.example/live', 'must look like'],
    ['http://a.example/live', 'must look like'],
    ['file:///etc/passwd', 'must look like'],
    ['rtmpt://a.example/live', 'must look like'],
    ['rtmp:///live', 'invalid host or port'],
    ['rtmp://a.example/live#x', 'must look like'],
    ['rtmp://user:secret@a.example/live', 'user name'],
    ['rtmp://a.example', 'no application'],
    ['rtmp://a.example/', 'no application'],
    ['rtmp://a.example//', 'no application'],
    ['rtmp://a.example/?x=1', 'no application'],
    ['rtmp://a.example:0/live', 'invalid host or port'],
    ['rtmp://a.example:65536/live', 'invalid host or port'],
    ['rtmp://a.example:12x/live', 'invalid host or port'],
    ['rtmp://a:b:c/live', 'invalid host or port'],
    ['rtmp://[::1/live', 'invalid host or port'],
    ['rtmp://[fe80::1%25eth0]/live', 'invalid host or port'],
    ['rtmp://1.2.3.4.5/live', 'invalid host or port'],
    ['rtmp://a.example\\@127.0.0.1/live', 'backslash'],
    ['rtmp://a.example/li ve', 'space'],
    ['rtmp://a.example/live\r\nx', 'control character'],
    [`rtmp://a.example/${'x'.repeat(500)}`, 'longer than'],
  ])('refuses %p', (text, words) => {
    expect(checkTargetUrl(text)).toEqual({ ok: false, fault: expect.stringContaining(words) });
  });

  test.each([
    'rtmp://127.0.0.1/live',
    'rtmp://127.1/live',
    'rtmp://2130706433/live',
    'rtmp://0x7f.0.0.1/live',
    'rtmp://0177.0.0.1/live',
    'rtmp://１２７.0.0.1/live',
    'rtmp://127.0.0.1./live',
    'rtmp://169.254.169.254/live',
    'rtmp://169.254.170.2/live',
    'rtmp://10.0.0.1/live',
    'rtmp://[::1]/live',
    'rtmp://[::ffff:127.0.0.1]/live',
    'rtmp://[::ffff:a9fe:a9fe]/live',
    'rtmp://[fd00:ec2::254]/live',
  ])('refuses %s, which is no public address however it is spelled', (text) => {
    expect(checkTargetUrl(text)).toEqual({
      ok: false,
      fault: expect.stringContaining('is not a public address'),
    });
  });

  test('takes what is allowed beside public addresses', () => {
    const allowed = allowedAddresses(['127.0.0.0/8', '::1/128']);
    expect(checkTargetUrl('rtmp://127.0.0.1/live', allowed).ok).toBe(true);
    expect(checkTargetUrl('rtmp://[::1]/live', allowed).ok).toBe(true);
    expect(checkTargetUrl('rtmp://10.0.0.1/live', allowed).ok).toBe(false);
  });
});

describe('public address', () => {
  const edges: readonly [ip: string, isPublic: boolean][] = [
    ['0.0.0.0', false],
    ['0.255.255.255', false],
    ['1.0.0.0', true],
    ['9.255.255.255', true],
    ['10.0.0.0', false],
    ['10.255.255.255', false],
    ['11.0.0.0', true],
    ['100.63.255.255', true],
    ['100.64.0.0', false],
    ['100.127.255.255', false],
    ['100.128.0.0', true],
    ['126.255.255.255', true],
    ['127.0.0.0', false],
    ['127.255.255.255', false],
    ['128.0.0.0', true],
    ['169.253.255.255', true],
    ['169.254.0.0', false],
    ['169.254.169.254', false],
    ['169.254.255.255', false],
    ['169.255.0.0', true],
    ['172.15.255.255', true],
    ['172.16.0.0', false],
    ['172.31.255.255', false],
    ['172.32.0.0', true],
    ['192.0.0.8', false],
    ['192.0.1.0', true],
    ['192.0.2.1', false],
    ['192.88.99.1', false],
    ['192.167.255.255', true],
    ['192.168.0.0', false],
    ['192.168.255.255', false],
    ['192.169.0.0', true],
    ['198.17.255.255', true],
    ['198.18.0.0', false],
    ['198.19.255.255', false],
    ['198.20.0.0', true],
    ['198.51.100.7', false],
    ['203.0.113.7', false],
    ['223.255.255.255', true],
    ['224.0.0.1', false],
    ['239.255.255.255', false],
    ['240.0.0.0', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::127.0.0.1', false],
    ['::ffff:8.8.8.8', false],
    ['::ffff:7f00:1', false],
    ['64:ff9b::7f00:1', false],
    ['64:ff9b:1::1', false],
    ['100::1', false],
    ['2000::1', true],
    ['2001::1', false],
    ['2001:1ff:ffff::1', false],
    ['2001:200::1', true],
    ['2001:db8::1', false],
    ['2001:db9::1', true],
    ['2002:7f00:1::1', false],
    ['2606:4700::1111', true],
    ['3ffe:ffff::1', true],
    ['3fff::1', false],
    ['3fff:fff:ffff::1', false],
    ['4000::1', false],
    ['5f00::1', false],
    ['fc00::1', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['fe80::1%lo', false],
    ['2606:4700::1111%lo', false],
    ['fec0::1', false],
    ['ff02::1', false],
    ['', false],
    ['a.example', false],
    ['127.1', false],
    ['08.8.8.8', false],
  ];

  test.each(edges)('%p: %p', (ip, isPublic) => {
    expect(isPublicAddress(ip)).toBe(isPublic);
  });
});

describe('what a name leads to', () => {
  test('may be connected to where all of it is public', () => {
    const addresses = ['8.8.8.8', '2606:4700::1111'];
    expect(checkAddresses('a.example', addresses)).toEqual({ ok: true, addresses });
  });

  test.each([[['8.8.8.8', '127.0.0.1']], [['169.254.169.254']], [['2606:4700::1111', '::ffff:10.0.0.1']]])(
    'is refused where one of %j is not',
    (addresses) => {
      expect(checkAddresses('a.example', addresses)).toEqual({
        ok: false,
        fault: expect.stringContaining('is not a public address'),
      });
    },
  );

  test('is refused where it is nothing', () => {
    expect(checkAddresses('a.example', [])).toEqual({ ok: false, fault: 'a.example has no address' });
  });

  test('may be what is allowed beside', () => {
    const allowed = allowedAddresses(['127.0.0.0/8']);
    expect(checkAddresses('localhost', ['127.0.0.1'], allowed).ok).toBe(true);
    expect(checkAddresses('localhost', ['127.0.0.1', '::1'], allowed).ok).toBe(false);
  });
});
