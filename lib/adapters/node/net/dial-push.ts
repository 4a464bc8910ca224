import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, rootCertificates } from 'node:tls';
import type { Connection, DialResolved, ResolvedEndpoint } from '../../../net/socket.ts';
import { hostPort } from '../../../routing/host-port.ts';
import { socketConnection } from './connection.ts';
import { ConnectError } from './dial.ts';

/** Time limit for one address, so that an unresponsive one leaves time for the next. */
const longestAddressMs = 4_000;

export interface PushDialerOptions {
  /** PEM; trusted in addition to the usual authorities. For one machine and tests. */
  readonly extraCa?: string | undefined;
}

/**
 * Dials other servers by address only; no names are resolved here. Certificates are verified against the name that the address
 * was resolved from. Throws `ConnectError` with the last address's error as its cause.
 */
export function pushDialer({ extraCa }: PushDialerOptions = {}): DialResolved {
  const ca = extraCa === undefined ? {} : { ca: [...rootCertificates, extraCa] };
  return async (to, { timeoutMs, signal }) => {
    const deadlineMs = performance.now() + timeoutMs;
    let fault: unknown;
    for (const address of to.addresses) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0 || signal.aborted) break;
      try {
        return await dialAddress(
          address,
          to,
          ca,
          AbortSignal.any([signal, AbortSignal.timeout(Math.min(Math.ceil(leftMs), longestAddressMs))]),
        );
      } catch (cause) {
        fault = cause;
      }
    }
    throw new ConnectError(`Could not connect to ${to.addresses.join(', ')} port ${to.port}`, {
      cause: fault,
    });
  };
}

function dialAddress(
  host: string,
  { port, serverName }: ResolvedEndpoint,
  trust: Pick<ConnectionOptions, 'ca'>,
  signal: AbortSignal,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const secure = serverName !== undefined;
    const socket: Socket = secure
      ? connectTls({
          host,
          port,
          ...trust,
          minVersion: 'TLSv1.2',
          // SNI must not be an address (RFC 6066): its certificate is checked against the address itself.
          ...(isIP(serverName) === 0 && { servername: serverName }),
        })
      : connect({ host, port, allowHalfOpen: true });
    socket.pause();
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
    };
    const fail = (cause: unknown): void => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(cause);
    };
    const onError = (cause: Error): void => fail(cause);
    const onAbort = (): void => fail(new NoAnswerError(`${hostPort({ host, port })} did not respond`));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      settle();
      resolve(socketConnection(socket, { secure }));
    });
    // Otherwise a server that hangs up cleanly during the TLS handshake would go unnoticed.
    socket.once('close', () => fail(new HungUpError(`${hostPort({ host, port })} closed the connection`)));
    if (signal.aborted) onAbort();
  });
}

class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code = 'ETIMEDOUT';
}

class HungUpError extends Error {
  override readonly name = 'HungUpError';
  readonly code = 'ECONNRESET';
}
