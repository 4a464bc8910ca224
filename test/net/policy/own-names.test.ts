import { describe, expect, test } from '@jest/globals';
import { atName, isOwnName, nameIn } from '../../../lib/net/policy/own-names.ts';

describe('the names by which others call this machine', () => {
  test.each([
    ['192.168.1.5:8441', '192.168.1.5'],
    ['Studio.Local:8441', 'studio.local'],
    ['[fd00::5]:8441', '[fd00::5]'],
    ['[fd00::5]', '[fd00::5]'],
    ['', ''],
  ])('the Host header %j names %j', (host, name) => {
    expect(nameIn(host)).toBe(name);
  });

  test.each(['192.168.1.5', '[fd00::5]', 'studio.local'])('%s is one of them', (name) => {
    expect(isOwnName(name, ['studio.local'])).toBe(true);
  });

  test.each(['evil.example', '192.168.1.5.evil.example', 'a192.168.1.5', '[evil]', 'local', ''])(
    '%j is not, because anybody’s name may lead here',
    (name) => {
      expect(isOwnName(name, ['studio.local'])).toBe(false);
    },
  );

  test('a URL at another name keeps everything else', () => {
    expect(atName('http://127.0.0.1:8442/local/a', '192.168.1.5')).toBe('http://192.168.1.5:8442/local/a');
    expect(atName('rtmps://[::1]:8444/live', 'studio.local')).toBe('rtmps://studio.local:8444/live');
    expect(atName('http://studio.local', '[fd00::5]')).toBe('http://[fd00::5]');
  });
});
