import type { Socket } from 'node:net';
import type { Endpoint } from '../../../net/socket.ts';
import { decodeProxyHeader } from '../../../protocol/relay/proxy-header.ts';
import { ProtocolError } from '../../../protocol/rtmp/errors.ts';

/** Enough for the two addresses and the few TLVs that a balancer sends. */
const maxHeaderBytes = 536;
const headerByte0 = 0x0d;

/**
 * Reads the PROXY protocol header at the start of a paused socket, and as little as possible beyond it. `source` is undefined if
 * the balancer connects on its own behalf, or if the header is `optional` and missing. Throws `ProtocolError` for an invalid header, or if it does not arrive in time.
 */
export function readProxyHeader(
  socket: Socket,
  { timeoutMs, optional }: { readonly timeoutMs: number; readonly optional: boolean },
): Promise<{ source: Endpoint | undefined; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let held: Buffer = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.off('readable', onReadable);
      socket.off('close', onClose);
      settle();
    };
    const fail = (cause: unknown) => finish(() => reject(cause));
    const onClose = () => fail(new ProtocolError('PROXY_HEADER_MALFORMED', 'the PROXY header is truncated'));
    const timer = setTimeout(
      () => fail(new ProtocolError('PROXY_HEADER_MALFORMED', `no PROXY header within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const onReadable = () => {
      try {
        for (let bytes = socket.read(); bytes !== null; bytes = socket.read()) {
          held = Buffer.concat([held, bytes as Buffer]);
          // Neither RTMP nor TLS begins like a header.
          if (optional && held[0] !== headerByte0) {
            finish(() => resolve({ source: undefined, rest: held }));
            return;
          }
          const decoded = decodeProxyHeader(held, maxHeaderBytes);
          if (decoded === undefined) continue;
          const source = decoded.header.addresses?.source;
          const rest = held.subarray(decoded.length);
          finish(() => resolve({ source: source && { host: source.address, port: source.port }, rest }));
          return;
        }
        if (socket.readableEnded) onClose();
      } catch (cause) {
        fail(cause);
      }
    };
    socket.on('readable', onReadable);
    socket.on('close', onClose);
  });
}
