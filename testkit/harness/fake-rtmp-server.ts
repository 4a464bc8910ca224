import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import type { PublishRequest } from '../../lib/protocol/rtmp/publish-commands.ts';
import { RtmpServerSession } from '../../lib/protocol/rtmp/server-session.ts';
import { Changing } from '../until.ts';

/** One publish as received by a third-party server. */
export class ReceivedPublish extends Changing {
  readonly socket: Socket;
  readonly session = new RtmpServerSession({ app: 'live' });
  readonly messages: RtmpMessage[] = [];
  request: PublishRequest | undefined;
  closed = false;
  #reader: ChunkReader | undefined;

  constructor(socket: Socket, answer: (publish: ReceivedPublish) => void) {
    super();
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.changed();
    });
    socket.on('data', (bytes: Buffer) => {
      if (this.#reader !== undefined) this.#reader.push(bytes);
      else {
        for (const action of this.session.push(bytes)) {
          if (action.type === 'send') socket.write(action.bytes);
          else if (action.type === 'close' || action.type === 'refuse') socket.end();
          else if (action.type === 'publish') {
            this.request = action.request;
            answer(this);
          }
        }
      }
      this.changed();
    });
  }

  accept(): void {
    this.socket.write(this.session.accept());
    const { chunkState, rest } = this.session.handover();
    this.#reader = new ChunkReader((message) => this.messages.push(message), {}, chunkState);
    this.#reader.push(rest);
  }

  refuse(code: string, description: string): void {
    this.socket.end(this.session.refuse(code, description));
  }

  /** Audio, video and data, in order. */
  get media(): RtmpMessage[] {
    return this.messages.filter(({ typeId }) => typeId === 8 || typeId === 9 || typeId === 18);
  }
}

/** An RTMP server in this process, controlled by a test. */
export class FakeRtmpServer extends Changing {
  readonly publishes: ReceivedPublish[] = [];
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    super();
    this.#server = server;
  }

  /** `answer` responds to each publish. @default accepts it */
  static async start(
    answer: (publish: ReceivedPublish, index: number) => void = (publish) => publish.accept(),
  ): Promise<FakeRtmpServer> {
    return FakeRtmpServer.#listen((socket, fake) => {
      const index = fake.publishes.length;
      fake.publishes.push(new ReceivedPublish(socket, (publish) => answer(publish, index)));
    });
  }

  /** A server whose every byte is controlled by the test. */
  static async raw(connected: (socket: Socket) => void): Promise<FakeRtmpServer> {
    return FakeRtmpServer.#listen(connected);
  }

  static async #listen(connected: (socket: Socket, fake: FakeRtmpServer) => void): Promise<FakeRtmpServer> {
    const server = createServer();
    const fake = new FakeRtmpServer(server);
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      fake.sockets.push(socket);
      connected(socket, fake);
      fake.changed();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get url(): string {
    return `rtmp://127.0.0.1:${this.port}/live`;
  }

  /** The publish with this index, once it has arrived. */
  async publish(index = 0): Promise<ReceivedPublish> {
    await this.until(() => this.publishes[index] !== undefined);
    return this.publishes[index]!;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}
