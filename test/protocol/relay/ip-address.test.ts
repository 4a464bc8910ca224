import { expect, test } from '@jest/globals';
import { clientOf } from '../../../lib/protocol/relay/ip-address.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::9', '2001:db8:1:3::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  ['', ''],
  ['a socket without a peer', 'a socket without a peer'],
])('a client at %s is limited as %s', (address, client) => {
  expect(clientOf(address)).toBe(client);
});
