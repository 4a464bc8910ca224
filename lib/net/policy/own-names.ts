/**
 * How other machines call this one: by an address, or by one of its names. URLs in answers then have the name that the request used,
 * because it is the one that works where the request came from.
 */

/** The name in a Host header, without its port and in lower case. IPv6 addresses keep their brackets. */
export const nameIn = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();

/**
 * Whether this machine may be called so. Any address may: DNS rebinding, by which a page elsewhere turns its own name into ours, needs
 * a name.
 */
export const isOwnName = (name: string, names: readonly string[]): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$|^\[[0-9a-f:.]+\]$/.test(name) || names.includes(name);

/** The same URL or origin at another name. */
export const atName = (url: string, name: string): string =>
  url.replace(/^([a-z]+:\/\/)(\[[^\]]*\]|[^/:]+)/i, (_, scheme: string) => scheme + name);
