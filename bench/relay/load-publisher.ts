import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Publisher } from '../../lib/protocol/rtmp/publisher.ts';
import { type LoadMessage, loopMs, makeReel, type Reel, sequenceHeaders } from './load-traffic.ts';
import { stampBytes, writeStamp } from './media-stamp.ts';

/**
 * `paced`: each message is written whole when it is due, as on one machine. `trickled`: the same bytes in packets of at most
 * 1400 B, evenly spread, as from a broadcaster's uplink.
 */
export type Mode = 'paced' | 'trickled';

/** Payload of an Ethernet packet, without headers and options. */
const packetBytes = 1_400;

export interface LoadTarget {
  readonly host: string;
  readonly port: number;
  readonly key: string;
}

/** One broadcaster of the load. */
export class LoadPublisher {
  readonly #index: number;
  readonly #mode: Mode;
  readonly #protocol: Publisher;
  readonly #socket: Socket;
  readonly #first: Reel;
  readonly #repeated: Reel;
  #reel: Reel;
  #reelStartMs = 0;
  /** Position in the reel: bytes sent, messages stamped. */
  #sent = 0;
  #stamped = 0;
  #sequence = 0;
  /** Answers to the server wait for the end of a message. */
  #answers: Buffer[] = [];

  private constructor(index: number, mode: Mode, socket: Socket, protocol: Publisher, loop: LoadMessage[]) {
    this.#index = index;
    this.#mode = mode;
    this.#socket = socket;
    this.#protocol = protocol;
    const write = protocol.media.bind(protocol);
    socket.write(
      Buffer.concat([
        protocol.metaData({ width: 1280, height: 720, framerate: 30, encoder: 'Headwater bench' }),
        write('video', 0, sequenceHeaders.video),
        write('audio', 0, sequenceHeaders.audio),
      ]),
    );
    this.#first = makeReel(write, loop, 0);
    this.#repeated = makeReel(write, loop, loopMs);
    this.#reel = this.#first;
    socket.on('data', (bytes) => this.#read(bytes));
  }

  /** Connects and publishes; resolves when media may be sent. Throws if it is refused. */
  static async publish(
    index: number,
    mode: Mode,
    target: LoadTarget,
    loop: LoadMessage[],
  ): Promise<LoadPublisher> {
    const { host, port, key } = target;
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    const protocol = new Publisher({ app: 'live', streamName: key, tcUrl: `rtmp://${host}:${port}/live` });
    socket.write(protocol.start());
    await new Promise<void>((published, failed) => {
      const read = (bytes: Buffer) => {
        for (const action of protocol.push(bytes)) {
          if (action.type === 'send') socket.write(action.bytes);
          if (action.type === 'status' && action.status.level === 'error') {
            failed(new Error(`${action.status.code}: ${action.status.description}`));
          }
          if (action.type === 'published') {
            socket.off('data', read);
            published();
          }
        }
      };
      socket.on('data', read);
      socket.once('error', failed);
      socket.once('close', () =>
        failed(new Error(`The server closed the connection of publisher ${index}.`)),
      );
    });
    return new LoadPublisher(index, mode, socket, protocol, loop);
  }

  /** Messages sent so far. */
  get sequence(): number {
    return this.#sequence;
  }

  start(nowMs: number): void {
    this.#reelStartMs = nowMs;
  }

  /** Sends what is due. Throws if the server has closed or is a whole second behind. */
  tick(nowMs: number): void {
    if (this.#socket.destroyed) throw new Error(`The connection of publisher ${this.#index} was closed.`);
    if (this.#socket.writableLength > this.#reel.bytes.length / 2) {
      throw new Error(`Publisher ${this.#index} cannot send its media: the relay is behind.`);
    }
    for (let due = this.#due(nowMs); due > this.#sent; due = this.#due(nowMs)) {
      this.#send(due, nowMs);
      if (this.#sent === this.#reel.bytes.length) this.#nextReel();
    }
  }

  /** Sends the rest of the current message, so that everything sent can arrive. */
  finish(nowMs: number): void {
    const { ends } = this.#reel;
    const end = ends.find((end) => end >= this.#sent) ?? 0;
    if (this.#sent > 0 && end > this.#sent) this.#send(end, nowMs);
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.end(this.#protocol.unpublish());
    await closed;
  }

  /** The byte of the reel up to which the next write goes; `#sent` if nothing is due. */
  #due(nowMs: number): number {
    const elapsed = nowMs - this.#reelStartMs;
    const { bytes, ends, timesMs } = this.#reel;
    if (this.#mode === 'trickled') {
      const due = Math.min(bytes.length, Math.floor((bytes.length * elapsed) / loopMs));
      const next = Math.min(this.#sent + packetBytes, bytes.length);
      return due >= next ? next : this.#sent;
    }
    const at = timesMs[this.#stamped];
    return at !== undefined && at <= elapsed ? ends[this.#stamped]! : this.#sent;
  }

  #send(to: number, nowMs: number): void {
    const { bytes, ends } = this.#reel;
    for (
      let end = ends[this.#stamped];
      end !== undefined && end - stampBytes < to;
      end = ends[this.#stamped]
    ) {
      writeStamp(bytes, end, { publisher: this.#index, sequence: this.#sequence++, sentMs: nowMs });
      this.#stamped++;
    }
    this.#socket.write(bytes.subarray(this.#sent, to));
    this.#sent = to;
    if (this.#answers.length > 0 && ends.includes(to)) {
      this.#socket.write(Buffer.concat(this.#answers));
      this.#answers = [];
    }
  }

  #nextReel(): void {
    this.#reel = this.#repeated;
    this.#reelStartMs += loopMs;
    this.#sent = 0;
    this.#stamped = 0;
  }

  #read(bytes: Buffer): void {
    for (const action of this.#protocol.push(bytes)) {
      if (action.type === 'send') this.#answers.push(action.bytes);
    }
  }
}
