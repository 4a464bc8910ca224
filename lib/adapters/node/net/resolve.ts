import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Datagrams get lost, so the resolver sends each query twice. Any further retries are the caller's. */
const tryMs = 1_500;
const tries = 2;

/**
 * All addresses of a name, version 4 first; an address is its own. It asks name servers itself: the system's resolver would
 * take one of the few threads that files and the control store need, for as long as a name server is silent. Throws the
 * resolver's error where neither kind of address can be had.
 */
export async function resolveHost(host: string, { signal }: { signal: AbortSignal }): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  // RFC 6761: this name is never asked for.
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
