import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Status } from '../../lib/protocol/rtmp/commands.ts';
import { Publisher } from '../../lib/protocol/rtmp/publisher.ts';
import { Changing } from '../until.ts';

export interface RtmpClientOptions {
  readonly port: number;
  readonly key: string;
  readonly tls?: boolean;
  readonly chunkSize?: number;
  /** The address that it comes from. @default 127.0.0.1 */
  readonly localAddress?: string;
}

/** A publisher over a real socket, controlled by a test. */
export class RtmpClient extends Changing {
  readonly statuses: Status[] = [];
  readonly socket: Socket;
  readonly publisher: Publisher;
  published = false;
  closed = false;

  constructor({ port, key, tls = false, chunkSize, localAddress = '127.0.0.1' }: RtmpClientOptions) {
    super();
    const url = `${tls ? 'rtmps' : 'rtmp'}://127.0.0.1:${port}/live`;
    this.publisher = new Publisher({ app: 'live', streamName: key, tcUrl: url, chunkSize });
    this.socket = tls
      ? connectTls({ port, host: '127.0.0.1', localAddress, rejectUnauthorized: false } as object)
      : connect({ port, host: '127.0.0.1', localAddress });
    this.socket.on(tls ? 'secureConnect' : 'connect', () => this.socket.write(this.publisher.start()));
    this.socket.on('data', (bytes: Buffer) => {
      for (const action of this.publisher.push(bytes)) {
        if (action.type === 'send') this.socket.write(action.bytes);
        else if (action.type === 'status') this.statuses.push(action.status);
        else if (action.type === 'published') this.published = true;
      }
      this.changed();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
      this.changed();
    });
  }

  /** Resolves when the server has sent Publish.Start; throws if it refused. */
  async started(): Promise<this> {
    await this.until(() => this.published || this.closed);
    if (!this.published) throw new Error(`not published: ${JSON.stringify(this.statuses)}`);
    return this;
  }

  /** Resolves when the server has closed the connection. */
  async refused(): Promise<Status | undefined> {
    await this.until(() => this.closed);
    return this.statuses.at(-1);
  }

  headers(): void {
    this.socket.write(this.publisher.metaData({ width: 1280, height: 720 }));
    this.socket.write(this.publisher.media('video', 0, Buffer.from([0x17, 0, 0, 0, 0, 1, 2, 3])));
    this.socket.write(this.publisher.media('audio', 0, Buffer.from([0xaf, 0, 0x12, 0x10])));
  }

  /** A video frame of `bytes` bytes that carries `index`; a key frame if `key`. */
  video(index: number, atMs: number, key: boolean, bytes = 1_000): Buffer {
    return this.publisher.media('video', atMs, frame(key ? 0x17 : 0x27, index, bytes));
  }

  audio(index: number, atMs: number, bytes = 200): Buffer {
    return this.publisher.media('audio', atMs, frame(0xaf, index, bytes));
  }
}

/** Byte 1 means "not a sequence header"; then follow three bytes of composition time and the index. */
function frame(byte0: number, index: number, bytes: number): Buffer {
  const payload = Buffer.alloc(Math.max(9, bytes), index & 255);
  payload[0] = byte0;
  payload.writeUInt32BE(1 << 24, 1);
  payload.writeUInt32BE(index, 5);
  return payload;
}

/** The index carried by a frame of this client. */
export const frameIndex = (payload: Buffer): number => payload.readUInt32BE(5);
