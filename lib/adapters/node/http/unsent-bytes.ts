import type { Socket } from 'node:net';

/**
 * The bytes written to a socket that its client hasn't made room for. Node knows only whole writes to be done, which may have
 * megabytes; libuv knows how much of one is left. Not a public API; without it, a write counts as a whole.
 */
export function unsentBytes(socket: Socket): number {
  if (socket.writableLength === 0) return 0;
  const { _handle: handle } = socket as Socket & { _handle?: { writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? socket.writableLength;
}
