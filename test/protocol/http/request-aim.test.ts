import { describe, expect, test } from '@jest/globals';
import { hostsIn, requestAim } from '../../../lib/protocol/http/request-aim.ts';

describe('what a request is for', () => {
  test.each([
    ['GET', '/a/b?c=d', ['example.com'], '/a/b?c=d', 'example.com'],
    ['GET', '/', ['example.com:8080'], '/', 'example.com:8080'],
    ['GET', '/', ['[2001:db8::1]:443'], '/', '[2001:db8::1]:443'],
    ['GET', '/', [''], '/', ''],
    ['GET', '/', [], '/', undefined],
    ['GET', 'http://example.com/a?b', ['other.example'], '/a?b', 'example.com'],
    ['GET', 'HTTP://Example.com:80/a', ['x'], '/a', 'Example.com:80'],
    ['GET', 'https://[::1]:9/a', ['x'], '/a', '[::1]:9'],
    ['GET', 'http://example.com', ['x'], '/', 'example.com'],
    ['GET', 'http://example.com?x', ['x'], '/?x', 'example.com'],
    ['OPTIONS', '*', ['example.com'], '*', 'example.com'],
    ['OPTIONS', 'http://example.com', ['x'], '*', 'example.com'],
    ['OPTIONS', 'http://example.com/', ['x'], '/', 'example.com'],
    ['CONNECT', 'example.com:443', ['example.com'], 'example.com:443', 'example.com'],
  ])('%s %s with Host %j is for %s of %s', (method, target, hosts, path, host) => {
    expect(requestAim(method, target, hosts)).toEqual({ target: path, host });
  });

  test.each([
    ['GET', '/', ['a', 'a']],
    ['GET', '/', ['a, b']],
    ['GET', '/', ['a b']],
    ['GET', '/', ['user@example.com']],
    ['GET', '/', ['http://example.com']],
    ['GET', '/', ['example.com/path']],
    ['GET', '/', ['example.com:http']],
    ['GET', '/', ['example.com:1:2']],
    ['GET', '/', ['[::1']],
    ['GET', '/', ['\u00e4.example']],
    ['GET', '/', ['a%zz']],
    ['GET', '/a#b', ['x']],
    ['GET', 'a/b', ['x']],
    ['GET', '*', ['x']],
    ['GET', 'example.com:443', ['x']],
    ['GET', 'ftp://example.com/', ['x']],
    ['GET', 'http:///a', ['x']],
    ['GET', 'http://:80/a', ['x']],
    ['GET', 'http://user:secret@example.com/', ['x']],
    ['GET', 'http://example.com/#x', ['x']],
    ['GET', 'http://example.com/', ['a b']],
    ['GET', 'http:/example.com/', ['x']],
    ['CONNECT', '/a', ['x']],
    ['CONNECT', 'example.com', ['x']],
  ])('%s %s with Host %j is nothing', (method, target, hosts) => {
    expect(requestAim(method, target, hosts)).toBeUndefined();
  });

  test('all Host fields count, however they are written', () => {
    expect(hostsIn(['Host', 'a', 'X', 'host', 'HOST', 'b'])).toEqual(['a', 'b']);
  });
});
