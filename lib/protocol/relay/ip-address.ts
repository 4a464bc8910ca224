import { Buffer } from 'node:buffer';

/** The bytes of an IP address: 4 for IPv4 (also if mapped into IPv6), 16 for either. Undefined if the text is not one. */
export function parseIp(text: string, bytes: 4 | 16): Buffer | undefined {
  const four = parseIpv4(text.replace(/^::ffff:(?=[0-9.]+$)/i, ''));
  if (bytes === 4 || four !== undefined) {
    return bytes === 4 || four === undefined ? four : Buffer.concat([mappedPrefix, four]);
  }
  return parseIpv6(text.split('%', 1)[0] ?? '');
}

/** The text form of 4 or 16 bytes: IPv6 in its shortest form, a mapped IPv4 address as IPv4. */
export function formatIp(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 12).equals(mappedPrefix)) return bytes.subarray(12).join('.');
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes.readUInt16BE(at).toString(16));
  return hostOf(groups.join(':')) ?? groups.join(':');
}

/**
 * Who an address stands for where clients have limits: an IPv4 address itself, even if mapped into IPv6; of IPv6 the /64, within which a
 * host can take any address. Anything else is returned unchanged.
 */
export function clientOf(address: string): string {
  const bytes = parseIp(address, 16);
  if (bytes === undefined) return address;
  if (bytes.subarray(0, 12).equals(mappedPrefix)) return formatIp(bytes);
  return `${formatIp(Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(8)]))}/64`;
}

const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

function parseIpv4(text: string): Buffer | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const numbers = text.split('.').map(Number);
  return numbers.every((number) => number < 256) ? Buffer.from(numbers) : undefined;
}

function parseIpv6(text: string): Buffer | undefined {
  const host = hostOf(text);
  if (host === undefined) return undefined;
  const [left = '', right] = host.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  const bytes = Buffer.alloc(16);
  [...before, ...zeros, ...after].forEach((group, index) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index);
  });
  return bytes;
}

/** The URL parser validates an IPv6 address and converts it to its shortest form. */
function hostOf(text: string): string | undefined {
  if (!/^[0-9a-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]/`)) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}
