import { BlockList, isIP, isIPv4 } from 'node:net';
import { urlHost } from './host-port.ts';

/** Where a push goes: an RTMP server of somebody else. */
export interface TargetUrl {
  /** RTMP over TLS. */
  readonly secure: boolean;
  /** A name in ASCII, or an IP address (of version 6 without brackets). */
  readonly host: string;
  readonly port: number;
  /** The RTMP application, with what follows a `?`: never empty. */
  readonly app: string;
  /** The whole address in one spelling, as the server is told it. */
  readonly tcUrl: string;
}

export type CheckedTarget =
  | { readonly ok: true; readonly url: TargetUrl }
  /** In words, for whoever typed it. */
  | { readonly ok: false; readonly fault: string };

/** Addresses that may be pushed to although they are not public. */
export type AllowedAddresses = Pick<BlockList, 'check'>;

const maxUrlChars = 500;
const defaultPorts = { rtmp: 1935, rtmps: 443 } as const;
const shape = /^(rtmps?):\/\/([^/?#]*)(?:\/([^#]*))?$/i;

/**
 * Reads the address of a destination. An IP address that is not public is refused; names are looked at when they are resolved
 * (`checkAddresses`), as they may mean something else by then.
 */
export function checkTargetUrl(text: string, allowed?: AllowedAddresses): CheckedTarget {
  if (text.length > maxUrlChars) return fault(`The address is longer than ${maxUrlChars} characters.`);
  // What separates parts for one reader and not for another: nothing of it belongs into an address.
  if (/[\s\\\p{Cc}]/u.test(text))
    return fault('The address has a space, a backslash or a control character.');
  const [, scheme, authority = '', app = ''] = shape.exec(text) ?? [];
  if (scheme === undefined) return fault('The address must be like rtmp://host/app or rtmps://host/app.');
  if (authority.includes('@')) return fault('The address must not hold a user name or a password.');
  const place = readAuthority(authority);
  if (place === undefined) return fault('The host or the port of the address cannot be read.');
  if (app.replace(/\?.*$/, '').replace(/\//g, '') === '') {
    return fault('The address names no application, like the “live” of rtmp://host/live.');
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
 * What a name was resolved to: the addresses that may be connected to, or why none is. One that is not public refuses all, or a
 * name with two addresses could be used to try our own network.
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
    : { ok: false, fault: `${host} leads to ${inner}, which is not a public address` };
}

/** Whether the address is one of the public internet, as IANA's registries of special addresses have it. */
export function isPublicAddress(ip: string): boolean {
  if (isIPv4(ip)) return !specialV4.check(ip);
  // A zone names an interface of ours.
  if (isIP(ip) !== 6 || ip.includes('%')) return false;
  return globalV6.check(ip, 'ipv6') && !specialV6.check(ip, 'ipv6');
}

/** `cidrs` such as `127.0.0.0/8`. Throws a `RangeError` or `TypeError` where one is none. */
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
  // The browsers' reader: it turns 127.1, 0x7f.0.0.1 and full-width digits into the address that they mean.
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
  '100.64.0.0/10', // carriers' translation
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

/** All that is given out; what lies outside is loopback, mapped and translated version 4, link-local, private, multicast. */
const globalV6 = subnets(['2000::/3']);

const specialV6 = subnets([
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: holds an address of version 4
  '3fff::/20', // documentation
]);

function fault(text: string): CheckedTarget {
  return { ok: false, fault: text };
}
