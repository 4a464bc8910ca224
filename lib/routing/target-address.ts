import { BlockList, isIP, isIPv4 } from 'node:net';
import { urlHost } from './host-port.ts';

/** Where a push goes: a third-party RTMP server. */
export interface TargetUrl {
  /** RTMP over TLS. */
  readonly secure: boolean;
  /** A name in ASCII, or an IP address (IPv6 without brackets). */
  readonly host: string;
  readonly port: number;
  /** The RTMP application, including any query string. Never empty. */
  readonly app: string;
  /** The whole address, normalized, as sent to the server. */
  readonly tcUrl: string;
}

export type CheckedTarget =
  | { readonly ok: true; readonly url: TargetUrl }
  /** For the person who typed it. */
  | { readonly ok: false; readonly fault: string };

/** Non-public addresses that may be pushed to. */
export type AllowedAddresses = Pick<BlockList, 'check'>;

const maxUrlChars = 500;
const defaultPorts = { rtmp: 1935, rtmps: 443 } as const;
const shape = /^(rtmps?):\/\/([^/?#]*)(?:\/([^#]*))?$/i;

/**
 * Parses the address of a destination. Non-public IP addresses are refused. Names are checked when they are resolved
 * (`checkAddresses`), because they may point somewhere else by then.
 */
export function checkTargetUrl(text: string, allowed?: AllowedAddresses): CheckedTarget {
  if (text.length > maxUrlChars) return fault(`The address is longer than ${maxUrlChars} characters.`);
  // Some parsers treat these as separators and others don't; none of them belongs in an address.
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(text))
    return fault('The address must not contain spaces, backslashes or control characters.');
  const [, scheme, authority = '', app = ''] = shape.exec(text) ?? [];
  if (scheme === undefined) return fault('The address must look like rtmp://host/app or rtmps://host/app.');
  if (authority.includes('@')) return fault('The address must not contain a user name or a password.');
  const place = readAuthority(authority);
  if (place === undefined) return fault('The address has an invalid host or port.');
  if (app.replace(/\?.*$/, '').replace(/\//g, '') === '') {
    return fault('The address has no application, such as “live” in rtmp://host/live.');
  }
  if (isIP(place.host) !== 0 && !mayPushTo(place.host, allowed)) {
    return fault(`${place.host} is not a public address.`);
  }
  const secure = scheme.toLowerCase() === 'rtmps';
  const port = place.port ?? defaultPorts[secure ? 'rtmps' : 'rtmp'];
  const tcUrl = `${secure ? 'rtmps' : 'rtmp'}://${urlHost(place.host)}${place.port === undefined ? '' : `:${port}`}/${app}`;
  return { ok: true, url: { secure, host: place.host, port, app, tcUrl } };
}

/**
 * Checks the addresses a name resolved to: those that may be connected to, or why none may. A single non-public address refuses all
 * of them; otherwise a name with two addresses could be used to probe our own network.
 */
export function checkAddresses(
  host: string,
  addresses: readonly string[],
  allowed?: AllowedAddresses,
):
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly fault: string } {
  if (addresses.length === 0) return { ok: false, fault: `${host} has no address` };
  const inner = addresses.find((address) => !mayPushTo(address, allowed));
  return inner === undefined
    ? { ok: true, addresses }
    : { ok: false, fault: `${host} resolves to ${inner}, which is not a public address` };
}

/** Whether the address is on the public internet, according to IANA's special-purpose address registries. */
export function isPublicAddress(ip: string): boolean {
  if (isIPv4(ip)) return !specialV4.check(ip);
  // A zone id names one of our own interfaces.
  if (isIP(ip) !== 6 || ip.includes('%')) return false;
  return globalV6.check(ip, 'ipv6') && !specialV6.check(ip, 'ipv6');
}

/** `cidrs` such as `127.0.0.0/8`. Throws a `RangeError` or `TypeError` if one is invalid. */
export function allowedAddresses(cidrs: readonly string[]): AllowedAddresses {
  return subnets(cidrs);
}

function mayPushTo(ip: string, allowed: AllowedAddresses | undefined): boolean {
  return isPublicAddress(ip) || allowed?.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6') === true;
}

function readAuthority(authority: string): { host: string; port?: number } | undefined {
  const [, name = '', digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (name === '' || port === 0 || (port !== undefined && port > 65_535)) return undefined;
  // The WHATWG URL parser turns 127.1, 0x7f.0.0.1 and full-width digits into the address they mean.
  const url = URL.parse(`http://${name}/`);
  if (url === null || url.hostname === '' || url.hostname.length > 253) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === '') return undefined;
  return port === undefined ? { host } : { host, port };
}

function subnets(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits = ''] = cidr.split('/');
    list.addSubnet(network, Number(bits), isIPv4(network) ? 'ipv4' : 'ipv6');
  }
  return list;
}

const specialV4 = subnets([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local: the metadata of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);

/** All allocated unicast space; everything outside is loopback, IPv4-mapped or -translated, link-local, private or multicast. */
const globalV6 = subnets(['2000::/3']);

const specialV6 = subnets([
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: embeds an IPv4 address
  '3fff::/20', // documentation
]);

function fault(text: string): CheckedTarget {
  return { ok: false, fault: text };
}
