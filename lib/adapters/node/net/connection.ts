import { readSync, writeSync, writevSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Connection, ConnectionHandler, Endpoint } from '../../../net/socket.ts';
import type { ReadBatch } from './read-batch.ts';

/** What a listener knows about a connection. */
export interface ConnectionFacts {
  readonly secure?: boolean;
  /** The peer, if a PROXY header names it. */
  readonly remote?: Endpoint;
  /** Bytes received along with that header. */
  readonly initial?: Buffer;
  /** The tick that `batchReads` waits for. */
  readonly batch?: ReadBatch;
}

/** Maximum reads of one connection per tick, after which others get their turn. */
const mostReadsATick = 16;

/** Wraps a socket that isn't being read yet. */
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
  /** Set if the socket reads straight into the handler's memory. */
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
      // From the first tick on, only ticks read, so that no two reads share a buffer.
      this.#socket.pause();
      this.#wait(this.#batch);
    }
  }

  end(): void {
    this.#socket.end();
  }

  abort(): void {
    if (this.#socket.destroyed) return;
    // A reset shows the peer that this was not an orderly close, and leaves nothing behind in either kernel. Behind a half-close that
    // is still queued the kernel refuses it, and the socket would stay open.
    if (this.secure || this.#socket.writableEnded) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  readonly #wake = (): void => {
    this.#waiting = false;
    if (this.#paused || this.#socket.destroyed) return;
    if (this.#direct === undefined) this.#socket.resume();
    else this.#readNow(this.#direct);
  };

  /**
   * Reads the available data without waiting for a wake-up: arming a socket, waking up and disarming it again costs several
   * times as much as the read.
   */
  #readNow({ fd, handle, handler }: DirectReading): void {
    for (let reads = 0; reads < mostReadsATick; reads++) {
      const memory = handler.into();
      let length: number;
      const { stackTraceLimit } = Error;
      try {
        // That there is nothing to read is an error, too, and its stack costs as much as the read.
        Error.stackTraceLimit = 0;
        length = readSync(fd, memory, 0, memory.length, null);
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code === 'EAGAIN') break;
        this.#socket.destroy(fault as Error);
        return;
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
      // End of stream stays readable, so the socket finds it itself. It needs fresh memory, as its previous buffer is in use.
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

  /** For TLS, dialled sockets, and Node versions without user buffers. */
  #readByEvents(handler: ConnectionHandler, deliver: (bytes: Buffer) => void): void {
    let scheduled = false;
    // One wake-up delivers its data as several events, all before the next immediate.
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
    // Nothing may stay collected once the peer has finished sending.
    this.#socket.on('end', () => handler.batchEnded());
  }

  /**
   * Reads an accepted socket straight into the handler's memory. Node offers this (`onread`) only for sockets it creates itself,
   * so the accepted socket hands its handle to a new one; it is destroyed at the end so that its server's connection count stays
   * right. Undefined if this Node version has no such handle; the caller then falls back to events.
   */
  #readDirectly(handler: ConnectionHandler, early: Uint8Array[]): Socket | undefined {
    const accepted = this.#socket as Socket & { _handle: SocketHandle | null };
    const handle = accepted._handle;
    if (typeof handle?.useUserBuffer !== 'function' || accepted.readableFlowing !== false) return undefined;
    accepted._handle = null;
    // The old socket may already have read data that followed a PROXY header.
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
          // A read that filled its buffer left more behind: read that first.
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

/** Node's internal socket handle. Not a public API; used only if present. */
interface SocketHandle {
  readonly fd: number;
  useUserBuffer?(buffer: Uint8Array): void;
}

interface DirectReading {
  /** The handle's file descriptor. Don't use it once the socket is destroyed: it may belong to another socket by then. */
  readonly fd: number;
  readonly handle: SocketHandle;
  readonly handler: ConnectionHandler;
}

/**
 * Writes as much as the kernel accepts immediately, bypassing the stream, whose bookkeeping costs a third of the write. Only
 * allowed while nothing is queued in the stream. Returns the rest. On an error it returns everything: the stream then hits the
 * same error and reports it.
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
    // Usually the kernel accepts everything.
    if (written < piece.length) rest.push(written === 0 ? piece : piece.subarray(written));
    written = Math.max(0, written - piece.length);
  }
  return rest;
}

/** Copies data from a socket into the handler's memory. */
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
