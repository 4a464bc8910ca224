import { readSync, writeSync, writevSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Connection, ConnectionHandler, Endpoint } from '../../../net/socket.ts';
import type { ReadBatch } from './read-batch.ts';

/** What a listener knows of a connection. */
export interface ConnectionFacts {
  readonly secure?: boolean;
  /** The peer, where a PROXY header names it. */
  readonly remote?: Endpoint;
  /** Bytes that came with that header. */
  readonly initial?: Buffer;
  /** Where `batchReads` waits. */
  readonly batch?: ReadBatch;
}

/** A connection that brings more than this many reads at one tick has to let others go first. */
const mostReadsATick = 16;

/** Wraps a socket that nobody reads yet. */
export function socketConnection(socket: Socket, facts: ConnectionFacts = {}): Connection {
  return new SocketConnection(socket, facts);
}

class SocketConnection implements Connection {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly secure: boolean;
  readonly #facts: ConnectionFacts;
  #socket: Socket;
  /** Set while reads are batched. */
  #batch: ReadBatch | undefined;
  #paused = false;
  #waiting = false;
  /** Set where the socket reads straight into the handler's memory. */
  #direct: DirectReading | undefined;

  constructor(socket: Socket, facts: ConnectionFacts) {
    this.#socket = socket;
    this.#facts = facts;
    this.secure = facts.secure ?? false;
    this.remote = facts.remote ?? { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    socket.setNoDelay(true);
    socket.on('error', ignore);
  }

  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  start(handler: ConnectionHandler): void {
    const deliver = copyTo(handler);
    const early: Uint8Array[] = this.#facts.initial === undefined ? [] : [this.#facts.initial];
    const direct = this.secure ? undefined : this.#readDirectly(handler, early);
    if (direct === undefined) this.#readByEvents(handler, deliver);
    else this.#socket = direct;
    let fault: Error | undefined;
    this.#socket.on('error', (error) => {
      fault = error;
    });
    this.#socket.on('end', () => handler.ended());
    this.#socket.on('drain', () => handler.drained());
    this.#socket.on('close', () => handler.closed(fault));
    for (const bytes of early) deliver(Buffer.from(bytes));
    if (early.length > 0) handler.batchEnded();
    if (!this.#paused) this.#socket.resume();
  }

  write(...pieces: Uint8Array[]): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    const rest = this.#direct && socket.writableLength === 0 ? writeNow(this.#direct.fd, pieces) : pieces;
    if (rest.length <= 1) return rest.length === 0 || socket.write(rest[0]!);
    socket.cork();
    let ready = true;
    for (const piece of rest) ready = socket.write(piece);
    socket.uncork();
    return ready;
  }

  batchReads(): void {
    this.#batch = this.#facts.batch;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#waiting) return;
    if (this.#direct === undefined || this.#batch === undefined) {
      this.#socket.resume();
    } else {
      // From the first tick on only ticks read, so that no two reads share a memory.
      this.#socket.pause();
      this.#wait(this.#batch);
    }
  }

  end(): void {
    this.#socket.end();
  }

  abort(): void {
    if (this.#socket.destroyed) return;
    // A reset tells the peer that this was no orderly end, and leaves nothing behind in either kernel.
    if (this.secure) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  readonly #wake = (): void => {
    this.#waiting = false;
    if (this.#paused || this.#socket.destroyed) return;
    if (this.#direct === undefined) this.#socket.resume();
    else this.#readNow(this.#direct);
  };

  /**
   * Reads what is there without waking up for it: to arm a socket, to be woken and to disarm it again costs several times
   * as much as the read.
   */
  #readNow({ fd, handle, handler }: DirectReading): void {
    for (let reads = 0; reads < mostReadsATick; reads++) {
      const memory = handler.into();
      let length: number;
      try {
        length = readSync(fd, memory, 0, memory.length, null);
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code === 'EAGAIN') break;
        this.#socket.destroy(fault as Error);
        return;
      }
      // The end stays readable: the socket finds it by itself. What it was lent last is in use by now.
      if (length === 0) {
        handle.useUserBuffer?.(memory);
        this.#socket.resume();
        return;
      }
      handler.data(Buffer.from(memory.buffer, memory.byteOffset, length));
      handler.batchEnded();
      if (this.#paused || this.#socket.destroyed) return;
      if (length < memory.length) break;
    }
    if (this.#batch !== undefined) this.#wait(this.#batch);
  }

  #wait(batch: ReadBatch): void {
    if (this.#waiting) return;
    this.#waiting = true;
    batch.wait(this.#wake);
  }

  /** TLS, dialled sockets, and Nodes without user buffers. */
  #readByEvents(handler: ConnectionHandler, deliver: (bytes: Buffer) => void): void {
    let scheduled = false;
    // What one wake-up brought comes as several events, all before the next immediate.
    const batchEnded = () => {
      scheduled = false;
      if (this.#batch !== undefined && !this.#waiting) {
        this.#socket.pause();
        this.#wait(this.#batch);
      }
      handler.batchEnded();
    };
    this.#socket.on('data', (bytes) => {
      deliver(bytes);
      if (scheduled) return;
      scheduled = true;
      setImmediate(batchEnded);
    });
    // Nothing may stay gathered when the peer has said its last.
    this.#socket.on('end', () => handler.batchEnded());
  }

  /**
   * Reads an accepted socket straight into the handler's memory. Node offers that (`onread`) for sockets that it makes
   * itself only, so the accepted one gives its handle to a new one; it is destroyed at the end, so that its server
   * counts right. Undefined where this Node has no such handle: then the caller falls back to events.
   */
  #readDirectly(handler: ConnectionHandler, early: Uint8Array[]): Socket | undefined {
    const accepted = this.#socket as Socket & { _handle: SocketHandle | null };
    const handle = accepted._handle;
    if (typeof handle?.useUserBuffer !== 'function' || accepted.readableFlowing !== false) return undefined;
    accepted._handle = null;
    // What came right behind a PROXY header may have been read by the old socket.
    while (accepted.readableLength > 0) early.push(accepted.read());
    const options = {
      handle,
      allowHalfOpen: true,
      pauseOnCreate: true,
      onread: {
        buffer: () => handler.into(),
        callback: (length: number, memory: Uint8Array) => {
          handler.data(Buffer.from(memory.buffer, memory.byteOffset, length));
          handler.batchEnded();
          // A read that filled its memory left more behind: take that first.
          if (this.#batch === undefined || length === memory.length) return true;
          this.#wait(this.#batch);
          return false;
        },
      },
    };
    if (handle.fd >= 0) this.#direct = { fd: handle.fd, handle, handler };
    const socket = new Socket(options as object);
    socket.on('close', () => accepted.destroy());
    return socket;
  }
}

/** How Node makes a socket of an accepted handle. Not public; used only where it is there. */
interface SocketHandle {
  readonly fd: number;
  useUserBuffer?(buffer: Uint8Array): void;
}

interface DirectReading {
  /** Of the handle. Not to be used once the socket is destroyed: it may be another's then. */
  readonly fd: number;
  readonly handle: SocketHandle;
  readonly handler: ConnectionHandler;
}

/**
 * Writes what the kernel takes now, past the stream, whose bookkeeping costs a third of the write; only where nothing is
 * queued in the stream. Returns what is left. A fault leaves all: the stream runs into it again and reports it.
 */
function writeNow(fd: number, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  let written: number;
  try {
    written = pieces.length === 1 ? writeSync(fd, pieces[0]!) : writevSync(fd, pieces);
  } catch {
    return pieces;
  }
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    // Most often the kernel takes everything.
    if (written < piece.length) rest.push(written === 0 ? piece : piece.subarray(written));
    written = Math.max(0, written - piece.length);
  }
  return rest;
}

/** Copies what a socket hands out into the handler's memory. */
function copyTo(handler: ConnectionHandler): (bytes: Buffer) => void {
  let target: Uint8Array | undefined;
  return (bytes) => {
    for (let from = 0; from < bytes.length; ) {
      target ??= handler.into();
      const length = Math.min(target.length, bytes.length - from);
      target.set(bytes.subarray(from, from + length));
      handler.data(Buffer.from(target.buffer, target.byteOffset, length));
      from += length;
      target = handler.into();
    }
  };
}

function ignore(): void {}
