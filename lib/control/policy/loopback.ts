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
