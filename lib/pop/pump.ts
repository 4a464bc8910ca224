import type { Connection, ConnectionHandler } from '../net/socket.ts';
import { ReadBuffer } from './read-buffer.ts';

/** Two connections joined together. */
export interface Pump {
  /** Bytes moved so far, in both directions. */
  readonly movedBytes: number;
  abort(): void;
}

/**
 * Moves bytes between two connections until both have closed. Half-closes are passed on; if one connection breaks, the other
 * is aborted. A side with a backlog pauses the other, so that memory stays bounded. `onClosed` is called once.
 */
export function joinConnections(client: Connection, target: Connection, onClosed: () => void): Pump {
  let moved = 0;
  let open = 2;
  const side = (from: Connection, to: Connection): ConnectionHandler => {
    const buffer = new ReadBuffer();
    let ended = false;
    return {
      into: () => buffer.memory,
      data(bytes) {
        moved += bytes.length;
        if (!to.write(bytes)) from.pause();
        buffer.read(bytes.length, to.backlogBytes > 0);
      },
      batchEnded() {},
      ended() {
        ended = true;
        to.end();
      },
      drained: () => to.resume(),
      closed() {
        if (!ended) to.abort();
        open--;
        if (open === 0) onClosed();
      },
    };
  };
  client.start(side(client, target));
  target.start(side(target, client));
  return {
    get movedBytes() {
      return moved;
    },
    abort() {
      client.abort();
      target.abort();
    },
  };
}
