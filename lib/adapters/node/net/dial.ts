import { connect } from 'node:net';
import type { Connection, Endpoint } from '../../../net/socket.ts';
import { hostPort } from '../../../routing/host-port.ts';
import { socketConnection } from './connection.ts';

/** A TCP connection could not be opened in time; see `cause`. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly code = 'CONNECT_FAILED';
}

/** Opens a TCP connection, or throws `ConnectError` within `timeoutMs`. */
export function dialTcp(to: Endpoint, { timeoutMs }: { timeoutMs: number }): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.host, port: to.port, allowHalfOpen: true });
    // Keep the socket unread, so that the connection can read straight into its handler's memory, as accepted ones do.
    socket.pause();
    const fail = (reason: string, cause?: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ConnectError(`${hostPort(to)}: ${reason}`, { cause }));
    };
    const timer = setTimeout(() => fail(`no response within ${timeoutMs} ms`), timeoutMs);
    const onError = (cause: Error) => fail(cause.message, cause);
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(socketConnection(socket));
    });
  });
}
