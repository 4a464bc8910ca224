import { Buffer } from 'node:buffer';
import { AckCounter } from './acknowledgement.ts';
import { type Amf0Value, encodeAmf0 } from './amf0.ts';
import { ChunkReader, type RtmpMessage } from './chunk-reader.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { type Command, decodeCommand, encodeCommand, readStatus, type Status } from './commands.ts';
import { ClientHandshake, type RandomSource } from './handshake.ts';
import { decodeControl, encodeControl, messageType } from './messages.ts';

export interface PublisherOptions {
  readonly app: string;
  /** The stream key. */
  readonly streamName: string;
  /** For example `rtmp://127.0.0.1:1935/live`. */
  readonly tcUrl: string;
  /** @default 'FMLE/3.0 (compatible; Headwater)' */
  readonly flashVer?: string;
  /** Payload bytes in a chunk. @default 4096 */
  readonly chunkSize?: number;
  readonly random?: RandomSource;
}

/** What the owner of the socket must do or know, in this order. */
export type PublisherAction =
  | { readonly type: 'send'; readonly bytes: Buffer }
  /** NetStream.Publish.Start came: media may be written. */
  | { readonly type: 'published' }
  /** Every onStatus, and the refusal of `connect`; level `error` means refused or ended. */
  | { readonly type: 'status'; readonly status: Status };

type Phase = 'handshake' | 'connecting' | 'creating-stream' | 'publishing' | 'published';

const connectTransaction = 1;
const createStreamTransaction = 4;

/** The client's side of a publish, without a socket, as ffmpeg and librtmp do it: for tests and the bench. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #handshake: ClientHandshake;
  readonly #writer = new ChunkWriter();
  readonly #reader = new ChunkReader((message) => this.#message(message));
  readonly #acknowledgement = new AckCounter();
  #phase: Phase = 'handshake';
  #messageStreamId = 0;
  #acknowledgedBytes = 0;
  #actions: PublisherAction[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#handshake = new ClientHandshake(options.random);
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The sequence number of the server's last Acknowledgement. */
  get acknowledgedBytes(): number {
    return this.#acknowledgedBytes;
  }

  /** The first bytes to send. */
  start(): Buffer {
    return this.#handshake.start();
  }

  /** Takes what came in. Throws `ProtocolError`. */
  push(bytes: Uint8Array): PublisherAction[] {
    this.#actions = [];
    let left = bytes;
    if (this.#phase === 'handshake') {
      const reply = this.#handshake.push(left);
      if (reply.length > 0) this.#send(reply);
      if (!this.#handshake.done) return this.#actions;
      left = this.#handshake.rest;
      this.#connect();
    }
    const sequenceNumber = this.#acknowledgement.received(left.length);
    if (sequenceNumber !== undefined) this.#write(encodeControl({ kind: 'acknowledgement', sequenceNumber }));
    this.#reader.push(left);
    return this.#actions;
  }

  /** An audio, video or data message as bytes to send; `timestampMs` is taken modulo 2³². */
  media(type: 'audio' | 'video' | 'data', timestampMs: number, payload: Uint8Array): Buffer {
    const typeId = { audio: messageType.audio, video: messageType.video, data: messageType.dataAmf0 }[type];
    return this.#writer.write({
      chunkStreamId: type === 'video' ? 6 : 4,
      timestampMs,
      typeId,
      messageStreamId: this.#messageStreamId,
      payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    });
  }

  /** `@setDataFrame onMetaData`, as encoders send it before media. */
  metaData(data: Readonly<Record<string, Amf0Value>>): Buffer {
    return this.media(
      'data',
      0,
      encodeAmf0(['@setDataFrame', 'onMetaData', new Map<string, Amf0Value>(Object.entries(data))]),
    );
  }

  /** FCUnpublish and deleteStream: the publisher's own end. */
  unpublish(): Buffer {
    const { streamName } = this.#options;
    return Buffer.concat([
      this.#command({ name: 'FCUnpublish', transactionId: 0, args: [null, streamName] }),
      this.#command({ name: 'deleteStream', transactionId: 0, args: [null, this.#messageStreamId] }),
    ]);
  }

  /** Any other message as bytes to send. */
  write(message: RtmpMessage): Buffer {
    return this.#writer.write(message);
  }

  #connect(): void {
    const { app, tcUrl, chunkSize = 4096, flashVer = 'FMLE/3.0 (compatible; Headwater)' } = this.#options;
    this.#phase = 'connecting';
    this.#write(encodeControl({ kind: 'set-chunk-size', chunkSize }));
    const facts = { app, type: 'nonprivate', flashVer, tcUrl };
    this.#send(this.#command({ name: 'connect', transactionId: connectTransaction, args: [facts] }));
  }

  #message(message: RtmpMessage): void {
    const control = decodeControl(message);
    if (control?.kind === 'window-ack-size') this.#acknowledgement.setWindow(control.windowBytes);
    if (control?.kind === 'acknowledgement') this.#acknowledgedBytes = control.sequenceNumber;
    if (control?.kind === 'ping-request') this.#write(encodeControl({ ...control, kind: 'ping-response' }));
    const command = decodeCommand(message);
    if (command?.name === '_result') this.#result(command);
    if (command?.name === '_error' || command?.name === 'onStatus') this.#status(command);
  }

  #result({ transactionId, args }: Command): void {
    const { streamName } = this.#options;
    if (transactionId === connectTransaction && this.#phase === 'connecting') {
      this.#phase = 'creating-stream';
      this.#send(
        Buffer.concat([
          this.#command({ name: 'releaseStream', transactionId: 2, args: [null, streamName] }),
          this.#command({ name: 'FCPublish', transactionId: 3, args: [null, streamName] }),
          this.#command({ name: 'createStream', transactionId: createStreamTransaction, args: [null] }),
        ]),
      );
    } else if (transactionId === createStreamTransaction && this.#phase === 'creating-stream') {
      this.#phase = 'publishing';
      this.#messageStreamId = typeof args[1] === 'number' ? args[1] : 1;
      const command = { name: 'publish', transactionId: 5, args: [null, streamName, 'live'] };
      this.#write(encodeCommand(command, this.#messageStreamId, 4));
    }
  }

  #status(command: Command): void {
    const status = readStatus(command);
    if (status === undefined) return;
    this.#actions.push({ type: 'status', status });
    if (this.#phase !== 'publishing' || status.code !== 'NetStream.Publish.Start') return;
    this.#phase = 'published';
    this.#actions.push({ type: 'published' });
  }

  #command(command: Command): Buffer {
    return this.#writer.write(encodeCommand(command));
  }

  #write(message: RtmpMessage): void {
    this.#send(this.#writer.write(message));
  }

  #send(bytes: Buffer): void {
    this.#actions.push({ type: 'send', bytes });
  }
}
