import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Datagrams get lost, so the resolver sends each query twice. Any further retries are the caller's. */
const tryMs = 1_500;
const tries = 2;

/**
 * All addresses of a name, IPv4 first; an address resolves to itself. Queries name servers directly: the system's resolver would
 * occupy one of the few threads that files and the control store need for as long as a name server is silent. Throws the
 * resolver's error if there are neither IPv4 nor IPv6 addresses.
 */
export async function resolveHost(host: string, { signal }: { signal: AbortSignal }): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  // RFC 6761: never query for this name.
  if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1'];
  const resolver = new Resolver({ timeout: tryMs, tries });
  signal.throwIfAborted();
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
    return [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
