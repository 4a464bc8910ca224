const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * A host and port, or an origin, under every name of the loopback address: someone who opens `http://localhost:8080` means the
 * page configured as `http://127.0.0.1:8080`. Anything not on loopback is returned unchanged.
 */
export function loopbackNames(hostOrOrigin: string): string[] {
  const match = /^([a-z]+:\/\/)?(127\.0\.0\.1|localhost|\[::1\]|::1)(:\d+)?$/i.exec(hostOrOrigin);
  if (!match) return [hostOrOrigin];
  const [, scheme = '', , port = ''] = match;
  return loopback.map((name) => `${scheme}${name}${port}`);
}

/** Whether a connection comes from this machine, by the address of its other end; IPv4 may be mapped into IPv6. */
export const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/i.test(address);

/** Whether a Host header, or an address to listen on, names loopback. */
export const isLoopbackHost = (host: string | undefined): boolean =>
  host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\]|::1)(:\d+)?$/i.test(host);

/** Headers by which proxies say that they forward a request. */
export const forwardedHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** What a machine's own server knows about where a request comes from. */
export interface RequestOrigin {
  /** The other end of the connection. */
  readonly remoteAddress: string | undefined;
  readonly host: string | undefined;
  /** Whether a proxy says that it forwards the request for someone else. */
  readonly isForwarded: boolean;
}

/**
 * Whether a request comes from this machine's own user: from loopback to a loopback name. A proxy on this machine also connects from
 * loopback, but under the name that others use.
 */
export const isOwnUser = ({ remoteAddress, host, isForwarded }: RequestOrigin): boolean =>
  isLoopbackAddress(remoteAddress) && isLoopbackHost(host) && !isForwarded;
