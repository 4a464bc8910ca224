/** A host as URLs write it: an IPv6 address in brackets. */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** `127.0.0.1:1935`, `[::1]:1935`. */
export const hostPort = (at: { readonly host: string; readonly port: number }): string =>
  `${urlHost(at.host)}:${at.port}`;
