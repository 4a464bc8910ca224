import { describe, expect, test } from '@jest/globals';
import {
  calledFirst,
  certifiedNames,
  exposureOf,
  onlyHere,
} from '../../../../lib/adapters/local/platform/exposure.ts';

const address = (address: string, internal = false) => ({
  address,
  internal,
  family: address.includes(':') ? ('IPv6' as const) : ('IPv4' as const),
  netmask: '',
  mac: '',
  cidr: null,
  scopeid: 0,
});
const machine = {
  hostname: 'Studio',
  interfaces: {
    lo: [address('127.0.0.1', true)],
    docker0: [address('172.17.0.1')],
    eth0: [address('169.254.3.4'), address('fe80::5'), address('fd00::5'), address('192.168.1.5')],
  },
};
const exposed = (host: string, publicHost?: string) => exposureOf({ host, publicHost }, machine);

describe('who reaches a machine’s platform', () => {
  test('without --host, nobody but its own user', () => {
    expect(exposed('127.0.0.1')).toEqual(onlyHere);
    expect(exposed('::1')).toEqual({ ...onlyHere, listen: '::1', local: '::1' });
  });

  test('with 0.0.0.0, whoever calls one of its IPv4 addresses: those at home before those of containers', () => {
    expect(exposed('0.0.0.0')).toEqual({
      listen: '0.0.0.0',
      local: '127.0.0.1',
      called: ['192.168.1.5', '172.17.0.1'],
      ownNames: ['studio', 'studio.local'],
    });
  });

  test('with ::, IPv6 addresses too, but none that need an interface’s name', () => {
    expect(exposed('::').called).toEqual(['192.168.1.5', 'fd00::5', '172.17.0.1']);
  });

  test('with one of its addresses, whoever calls that one, this machine included', () => {
    expect(exposed('192.168.1.5')).toMatchObject({ local: '192.168.1.5', called: ['192.168.1.5'] });
  });

  test('a name that only others know is what they are told', () => {
    const contained = exposed('0.0.0.0', 'Live.home');
    expect(contained.called).toEqual(['Live.home']);
    expect(contained.ownNames).toEqual(['live.home', 'studio', 'studio.local']);
  });

  test('URLs have the best of its names, IPv6 addresses in brackets', () => {
    expect(calledFirst(exposed('0.0.0.0'))).toBe('192.168.1.5');
    expect(calledFirst(exposed('fd00::5'))).toBe('[fd00::5]');
    expect(calledFirst(onlyHere)).toBe('127.0.0.1');
    expect(
      calledFirst(exposureOf({ host: '0.0.0.0', publicHost: undefined }, { ...machine, interfaces: {} })),
    ).toBe('127.0.0.1');
  });

  test('its certificate has all that it may be called', () => {
    expect(certifiedNames(onlyHere)).toEqual({ hosts: ['localhost'], addresses: ['127.0.0.1'] });
    expect(certifiedNames(exposed('0.0.0.0'))).toEqual({
      hosts: ['localhost', 'studio', 'studio.local'],
      addresses: ['127.0.0.1', '192.168.1.5', '172.17.0.1'],
    });
    expect(certifiedNames(exposed('0.0.0.0', 'localhost')).hosts).toEqual([
      'localhost',
      'studio',
      'studio.local',
    ]);
  });
});
