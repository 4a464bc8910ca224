/**
 * What counts as one client: an IPv4 address (mapped into IPv6, too), or the /64 of an IPv6 address, since one subscriber has at
 * least that many. Other text stands for itself.
 */
export function addressGroup(host: string): string {
  const [address = ''] = host.toLowerCase().split('%', 1);
  const mapped = /^::ffff:([0-9.]+)$/.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [left = '', right] = address.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros =
    right === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const network = [...before, ...zeros, ...after].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
