import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { FleetMember } from '../../lib/control-store/records.ts';
import { decodeRelayHello, type RelayHello } from '../../lib/protocol/relay/hello.ts';
import { encodeLinkFrame, type LinkFrame } from '../../lib/protocol/relay/link-frames.ts';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import type { BroadcastId, MemberId } from '../../lib/routing/ids.ts';
import { Changing } from '../until.ts';

export const accept: LinkFrame = { type: 'accepted', broadcastId: 'broadcast-1' as BroadcastId, epoch: 1 };

/** One relay link, as seen by a worker. */
export class FakeLink extends Changing {
  hello: RelayHello | undefined;
  readonly messages: RtmpMessage[] = [];
  bytes = 0;
  /** The proxy half-closed. */
  ended = false;
  closed = false;
  readonly socket: Socket;
  #reader: ChunkReader | undefined;
  #held = Buffer.alloc(0);

  constructor(socket: Socket, onHello: (link: FakeLink) => void) {
    super();
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#data(bytes, onHello);
      this.changed();
    });
    socket.on('end', () => {
      this.ended = true;
      socket.end();
      this.changed();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.changed();
    });
  }

  send(frame: LinkFrame): void {
    this.socket.write(encodeLinkFrame(frame));
  }

  /** Payloads of audio and video, in order. */
  get media(): RtmpMessage[] {
    return this.messages.filter(({ typeId }) => typeId === 8 || typeId === 9);
  }

  #data(bytes: Buffer, onHello: (link: FakeLink) => void): void {
    if (this.#reader !== undefined) {
      this.bytes += bytes.length;
      this.#reader.push(bytes);
      return;
    }
    this.#held = Buffer.concat([this.#held, bytes]);
    const decoded = decodeRelayHello(this.#held);
    if (decoded === undefined) return;
    this.hello = decoded.hello;
    this.#reader = new ChunkReader((message) => this.messages.push(message), {}, decoded.hello.chunkState);
    onHello(this);
    this.#data(this.#held.subarray(decoded.length), onHello);
  }
}

/** A worker that speaks the relay protocol, controlled by a test. */
export class FakeWorker extends Changing {
  readonly id: MemberId;
  readonly links: FakeLink[] = [];
  #onHello: (link: FakeLink) => void;
  #server: Server;

  private constructor(id: string, server: Server, onHello: (link: FakeLink) => void) {
    super();
    this.id = id as MemberId;
    this.#server = server;
    this.#onHello = onHello;
    server.on('connection', (socket) => {
      this.links.push(
        new FakeLink(socket, (link) => {
          this.#onHello(link);
          this.changed();
        }),
      );
      this.changed();
    });
  }

  /** `onHello` responds to a hello. @default accepts it */
  static async start(
    id: string,
    onHello: (link: FakeLink) => void = (link) => link.send(accept),
  ): Promise<FakeWorker> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeWorker(id, server, onHello);
  }

  answer(onHello: (link: FakeLink) => void): void {
    this.#onHello = onHello;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Its record in the fleet. */
  record(facts: Partial<FleetMember> = {}): Omit<FleetMember, 'version'> {
    return {
      id: this.id,
      role: 'encoder',
      host: '127.0.0.1',
      port: this.port,
      capacity: 100,
      load: 0,
      state: 'active',
      ...facts,
    };
  }

  /** The link with this index, once its hello has arrived. */
  async link(index = 0): Promise<FakeLink> {
    await this.until(() => this.links[index]?.hello !== undefined);
    return this.links[index]!;
  }

  /** Dies: resets all links and stops listening. */
  die(): void {
    this.#server.close();
    for (const { socket } of this.links) socket.resetAndDestroy();
  }
}
