import { Buffer } from 'node:buffer';
import { displayText } from '../display-text.ts';
import { AckCounter } from './acknowledgement.ts';
import { type Amf0Value, encodeAmf0 } from './amf0.ts';
import { ChunkReader, type RtmpMessage } from './chunk-reader.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { type Command, decodeCommand, encodeCommand, readStatus, type Status } from './commands.ts';
import { ProtocolError } from './errors.ts';
import { ClientHandshake, type RandomSource } from './handshake.ts';
import { decodeControl, encodeControl, messageType } from './messages.ts';
import { isRedirect } from './redirect.ts';

export interface PublisherOptions {
  readonly app: string;
  /** The stream key. */
  readonly streamName: string;
  /** For example `rtmp://127.0.0.1:1935/live`. */
  readonly tcUrl: string;
  /** @default 'FMLE/3.0 (compatible; Headwater)' */
  readonly flashVer?: string;
  /** Payload bytes per chunk. @default 4096 */
  readonly chunkSize?: number;
  readonly random?: RandomSource;
}

/** What the socket's owner must do or know, in this order. */
export type PublisherAction =
  | { readonly type: 'send'; readonly bytes: Buffer }
  /** NetStream.Publish.Start was received: media may be written. */
  | { readonly type: 'published' }
  /** Every onStatus and every rejected command, for the log. */
  | { readonly type: 'status'; readonly status: Status }
  /** Emitted once, as the last action: the server rejected or ended the publish. */
  | {
      readonly type: 'refused';
      /** For example `NetStream.Publish.BadName`. */
      readonly code: string;
      /** The server's own words; may be empty. */
      readonly description: string;
      /** The server redirects to another one, which is never followed. */
      readonly redirected: boolean;
    };

type Phase = 'handshake' | 'connecting' | 'creating-stream' | 'publishing' | 'published' | 'refused';

const connectTransaction = 1;
const createStreamTransaction = 4;

/** Servers send publishers only short messages; longer ones are rejected. */
const serverLimits = { maxChunkStreams: 64, maxMessageBytes: 64 * 1024, maxPartialBytes: 128 * 1024 };
/** Maximum bytes up to the response to `publish`. */
const maxBytesBeforePublished = 256 * 1024;
/** Maximum quoted length of a server's text. */
const maxWordsChars = 300;
/** Codecs we can send besides H.264 and AAC (enhanced RTMP): we forward what our broadcaster sent. */
const fourCcList: Amf0Value = [
  'avc1',
  'hvc1',
  'av01',
  'vp09',
  'vp08',
  'mp4a',
  'Opus',
  'fLaC',
  'ac-3',
  'ec-3',
];
/** Statuses of level `status` that nevertheless end a publish. */
const endings = new Set(['NetStream.Unpublish.Success', 'NetConnection.Connect.Closed']);

/** The client side of a publish, without a socket, behaving like ffmpeg and librtmp. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #handshake: ClientHandshake;
  readonly #writer = new ChunkWriter();
  readonly #reader = new ChunkReader((message) => this.#message(message), serverLimits);
  readonly #acknowledgement = new AckCounter();
  #phase: Phase = 'handshake';
  #messageStreamId = 0;
  #acknowledgedBytes = 0;
  #windowBytes = 0;
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

  /** Acknowledges bytes received after the handshake. */
  get receivedBytes(): number {
    return this.#acknowledgement.receivedBytes;
  }

  /** The first bytes to send. */
  start(): Buffer {
    return this.#handshake.start();
  }

  /** Takes received bytes. Throws `ProtocolError`; the connection must then be closed. */
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
    if (this.#phase === 'refused') return this.#actions;
    const sequenceNumber = this.#acknowledgement.received(left.length);
    if (this.#phase !== 'published' && this.receivedBytes > maxBytesBeforePublished) {
      throw new ProtocolError('TOO_MUCH_PARTIAL', `no answer to publish in ${maxBytesBeforePublished} bytes`);
    }
    if (sequenceNumber !== undefined) this.#write(encodeControl({ kind: 'acknowledgement', sequenceNumber }));
    this.#reader.push(left);
    return this.#actions;
  }

  /** An audio, video or data message as bytes to send; `timestampMs` is written modulo 2³². */
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

  /** FCUnpublish and deleteStream: the publisher ends its stream. */
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
    const facts = { app, type: 'nonprivate', flashVer, tcUrl, fourCcList };
    this.#send(this.#command({ name: 'connect', transactionId: connectTransaction, args: [facts] }));
  }

  #message(message: RtmpMessage): void {
    if (this.#phase === 'refused') return;
    const control = decodeControl(message);
    if (control?.kind === 'window-ack-size') this.#acknowledgement.setWindow(control.windowBytes);
    if (control?.kind === 'acknowledgement') this.#acknowledgedBytes = control.sequenceNumber;
    if (control?.kind === 'ping-request') this.#write(encodeControl({ ...control, kind: 'ping-response' }));
    if (control?.kind === 'set-peer-bandwidth') this.#nameWindow(control.windowBytes);
    const command = decodeCommand(message);
    if (command === undefined) return;
    if (command.name === '_result') this.#result(command);
    else if (command.name === '_error') this.#error(command);
    else if (command.name === 'onStatus') this.#status(command);
    else if (command.name === 'close') this.#refuse({ code: 'close', description: '' });
  }

  /** The response to Set Peer Bandwidth, if its window differs from the last (5.4.5). */
  #nameWindow(windowBytes: number): void {
    if (this.#windowBytes === windowBytes) return;
    this.#windowBytes = windowBytes;
    this.#write(encodeControl({ kind: 'window-ack-size', windowBytes }));
  }

  #result(command: Command): void {
    const { transactionId, args } = command;
    const { streamName } = this.#options;
    if (transactionId === connectTransaction && this.#phase === 'connecting') {
      const status = readStatus(command);
      // Some servers reject in a `_result`.
      if (status?.level === 'error') {
        this.#error(command);
        return;
      }
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
      this.#messageStreamId = messageStreamIdOf(args[1]);
      const publish = { name: 'publish', transactionId: 5, args: [null, streamName, 'live'] };
      this.#write(encodeCommand(publish, this.#messageStreamId, 4));
    }
  }

  /** Only two commands matter: many servers support neither releaseStream nor FCPublish, and report an error. */
  #error(command: Command): void {
    const awaited = { connecting: connectTransaction, 'creating-stream': createStreamTransaction } as Partial<
      Record<Phase, number>
    >;
    if (command.transactionId !== awaited[this.#phase]) return;
    const status = readStatus(command) ?? { level: 'error', code: '_error', description: '' };
    this.#actions.push({ type: 'status', status });
    this.#refuse(status, isRedirect(command));
  }

  #status(command: Command): void {
    const status = readStatus(command);
    if (status === undefined) return;
    this.#actions.push({ type: 'status', status });
    if (status.level === 'error' || endings.has(status.code)) this.#refuse(status, isRedirect(command));
    else if (this.#phase === 'publishing' && status.code === 'NetStream.Publish.Start') {
      this.#phase = 'published';
      this.#actions.push({ type: 'published' });
    }
  }

  #refuse({ code, description }: Pick<Status, 'code' | 'description'>, redirected = false): void {
    this.#phase = 'refused';
    this.#reader.pause();
    this.#actions.push({
      type: 'refused',
      code: displayText(code, maxWordsChars),
      description: displayText(description, maxWordsChars),
      redirected,
    });
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

/** The stream id in the response to `createStream`; 1 if the server sent none. Throws `COMMAND_MALFORMED`. */
function messageStreamIdOf(value: Amf0Value): number {
  if (typeof value !== 'number') return 1;
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  throw new ProtocolError('COMMAND_MALFORMED', `${value} is not a message stream id`);
}
