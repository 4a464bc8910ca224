import { expect, test } from '@jest/globals';
import { isOwnUser, loopbackNames } from '../../../lib/net/policy/loopback.ts';

test('a loopback host or origin is known by each of its names', () => {
  expect(loopbackNames('127.0.0.1:8070')).toEqual(['127.0.0.1:8070', 'localhost:8070', '[::1]:8070']);
  expect(loopbackNames('http://localhost')).toEqual(['http://127.0.0.1', 'http://localhost', 'http://[::1]']);
});

test.each(['live.example.com', 'https://live.example.com', '127.0.0.1.evil.example:80', '192.168.1.4:8070'])(
  '%s stays as it is',
  (name) => {
    expect(loopbackNames(name)).toEqual([name]);
  },
);

test.each([
  ['from loopback', {}, true],
  ['from a LAN', { remoteAddress: '192.168.1.20' }, false],
  ['to another name', { host: 'console.example' }, false],
  ['through a proxy', { isForwarded: true }, false],
])('who asks %s is told from this machine’s own user', (_, changes, expected) => {
  const own = { remoteAddress: '127.0.0.1', host: 'localhost:8440', isForwarded: false };
  expect(isOwnUser({ ...own, ...changes })).toBe(expected);
});
