import { connect, type Socket } from 'node:net';
import type { Amf0Value } from '../../lib/protocol/rtmp/amf0.ts';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { ChunkWriter } from '../../lib/protocol/rtmp/chunk-writer.ts';
import {
  type Command,
  decodeCommand,
  encodeCommand,
  readStatus,
  type Status,
} from '../../lib/protocol/rtmp/commands.ts';
import { ClientHandshake } from '../../lib/protocol/rtmp/handshake.ts';
import { Changing } from '../until.ts';

/** An RTMP client that sends any commands in any order; `Publisher` sends only the usual ones. */
export class CommandClient extends Changing {
  readonly socket: Socket;
  readonly commands: Command[] = [];
  closed = false;
  readonly #handshake = new ClientHandshake();
  readonly #writer = new ChunkWriter();
  readonly #reader = new ChunkReader((message) => {
    const command = decodeCommand(message);
    if (command) this.commands.push(command);
  });

  constructor(port: number) {
    super();
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('connect', () => this.socket.write(this.#handshake.start()));
    this.socket.on('data', (bytes: Buffer) => {
      if (this.#handshake.done) this.#reader.push(bytes);
      else {
        this.socket.write(this.#handshake.push(bytes));
        if (this.#handshake.done) this.#reader.push(this.#handshake.rest);
      }
      this.changed();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
      this.changed();
    });
  }

  /** Every status that the server has sent, also within a `_result` or an `_error`. */
  get statuses(): Status[] {
    return this.commands.flatMap((command) => readStatus(command) ?? []);
  }

  command(name: string, transactionId: number, ...args: Amf0Value[]): Buffer {
    return this.write(encodeCommand({ name, transactionId, args }));
  }

  /** The message as bytes to send. */
  write(message: RtmpMessage): Buffer {
    return this.#writer.write(message);
  }

  /** Sends `connect` once the handshake is done, and waits for the answer. */
  async connect(app = 'live', tcUrl = `rtmp://127.0.0.1/${app}`): Promise<Status | undefined> {
    await this.until(() => this.#handshake.done);
    this.socket.write(this.command('connect', 1, { app, tcUrl }));
    await this.until(() => this.commands.length > 0);
    return this.statuses[0];
  }

  /** Sends `createStream` and `publish`, and waits for the status that follows. */
  async publish(streamName: Amf0Value): Promise<Status | undefined> {
    const known = this.statuses.length;
    this.socket.write(
      Buffer.concat([
        this.command('createStream', 4, null),
        this.command('publish', 5, null, streamName, 'live'),
      ]),
    );
    await this.until(() => this.statuses.length > known || this.closed);
    return this.statuses.at(known);
  }
}
