import { Buffer } from 'node:buffer';
import { rtmpApp } from '../../config/names.ts';
import { type RefusalReason, refusalStatus } from '../refusals.ts';
import { AckCounter } from './acknowledgement.ts';
import { ChunkReader, type RtmpMessage } from './chunk-reader.ts';
import type { ChunkState } from './chunk-state.ts';
import { ChunkWriter } from './chunk-writer.ts';
import {
  type Command,
  commandNameOf,
  decodeCommand,
  encodeCommand,
  publishMessageStreamId,
  type StatusLevel,
  statusCommand,
} from './commands.ts';
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import { type RandomSource, ServerHandshake } from './handshake.ts';
import { type ControlMessage, decodeControl, encodeControl, messageType } from './messages.ts';
import {
  type CommandPhase,
  type CommandRules,
  type ConnectFacts,
  isIndispensable,
  type PublishCloseCode,
  type PublishRequest,
  stepFor,
} from './publish-commands.ts';

export interface RtmpServerSessionOptions {
  /** The only app that is served. @default 'live' */
  readonly app?: string;
  /** Maximum bytes until the publish command is complete, excluding the handshake. @default 64 KiB */
  readonly maxBytesBeforePublish?: number;
  /** Maximum messages up to the publish command. @default 64 */
  readonly maxMessagesBeforePublish?: number;
  /** Maximum bytes held between the publish command and `handover`. @default 256 KiB */
  readonly maxBytesWhileWaiting?: number;
  /** The window we announce to the publisher, in bytes. @default 2,500,000 */
  readonly windowBytes?: number;
  /** For S1; a fixed one gives reproducible bytes. */
  readonly random?: RandomSource;
}

/** What the socket's owner must do, in this order. After `close` and `refuse` the session has ended, but earlier sends still go out. */
export type PublishAction =
  | { readonly type: 'send'; readonly bytes: Buffer }
  | { readonly type: 'publish'; readonly request: PublishRequest }
  /** The publisher is owed a status: `refuse()`. */
  | { readonly type: 'refuse'; readonly reason: RefusalReason }
  /** A message can't be read, and isn't needed. */
  | { readonly type: 'skipped'; readonly cause: ProtocolError }
  | { readonly type: 'close'; readonly code: ProtocolErrorCode | PublishCloseCode; readonly reason: string };

/** Media of a stream that has just ended may still be on its way. */
const maxLateBytes = 1024 * 1024;

/** What the relay needs to continue where the session stopped, just after the publish command. */
export interface Handover {
  readonly chunkState: ChunkState;
  /** Bytes received after the publish command. */
  readonly rest: Buffer;
  /** Has counted all bytes so far, including `rest`; knows the publisher's window. */
  readonly acknowledgement: AckCounter;
}

type Phase = 'handshake' | CommandPhase | 'waiting' | 'handed-over' | 'closed';

/**
 * The server side of an RTMP connection up to `publish`, without a socket: bytes in, actions out. After the `publish` action it
 * waits for `accept` or `refuse`; `handover` gives the relay everything after the publish command. `push` never throws.
 */
export class RtmpServerSession {
  readonly #rules: CommandRules;
  #maxBytes: number;
  readonly #maxMessages: number;
  readonly #maxWaiting: number;
  readonly #handshake: ServerHandshake;
  #reader: ChunkReader;
  readonly #writer = new ChunkWriter();
  readonly #acknowledgement = new AckCounter();
  #phase: Phase = 'handshake';
  /** The publisher has published on this connection before. */
  #isAgain = false;
  #bytes = 0;
  #messages = 0;
  #connect: ConnectFacts = { app: '' };
  #actions: PublishAction[] = [];
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(options: RtmpServerSessionOptions = {}) {
    this.#rules = { app: options.app ?? rtmpApp, windowBytes: options.windowBytes ?? 2_500_000 };
    this.#maxBytes = options.maxBytesBeforePublish ?? 64 * 1024;
    this.#maxMessages = options.maxMessagesBeforePublish ?? 64;
    this.#maxWaiting = options.maxBytesWhileWaiting ?? 256 * 1024;
    this.#handshake = new ServerHandshake(options.random);
    this.#reader = this.#newReader();
  }

  #newReader(state?: ChunkState): ChunkReader {
    const limits = { maxMessageBytes: this.#maxBytes, maxPartialBytes: this.#maxBytes };
    return new ChunkReader((message) => this.#message(message), limits, state);
  }

  /** For logs and deadlines. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Takes received bytes; `bytes` may be modified afterwards. Must not be called after `handover`; does nothing after `close`. */
  push(bytes: Uint8Array): PublishAction[] {
    return this.#acting(() => this.#take(bytes));
  }

  #acting(read: () => void): PublishAction[] {
    this.#actions = [];
    try {
      read();
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      if (this.#phase !== 'handshake') {
        const { level, code, description } = refusalStatus({ reason: 'unreadable-media' });
        this.#actions.push({ type: 'send', bytes: this.status(level, code, description) });
      }
      this.#close(cause.code, cause.message);
    }
    return this.#actions;
  }

  /** Accepts the publisher (NetStream.Publish.Start); returns the bytes to send. */
  accept(): Buffer {
    const begin = encodeControl({ kind: 'stream-begin', messageStreamId: publishMessageStreamId });
    return Buffer.concat([
      this.write(begin),
      this.status('status', 'NetStream.Publish.Start', 'The stream is live.'),
    ]);
  }

  /**
   * Rejects the publisher, for example with `NetStream.Publish.BadName`; returns the bytes to send before closing the
   * connection.
   */
  refuse(code: string, description: string, level: StatusLevel = 'error'): Buffer {
    this.#phase = 'closed';
    this.#rest = [];
    return this.status(level, code, description);
  }

  /** An onStatus message as bytes to send; allowed at any time, also after `handover`. */
  status(level: StatusLevel, code: string, description: string): Buffer {
    return this.write(encodeCommand(statusCommand({ level, code, description }), publishMessageStreamId, 5));
  }

  /** Any other message as bytes to send, for example an acknowledgement or a ping response. */
  write(message: RtmpMessage): Buffer {
    return this.#writer.write(message);
  }

  /**
   * Ends the session's part: from now on, received bytes go to the relay. Throws a `RangeError` unless it is waiting
   * for an answer to `publish`.
   */
  handover(): Handover {
    if (this.#phase !== 'waiting') throw new RangeError(`no publish command to hand over (${this.#phase})`);
    this.#phase = 'handed-over';
    const rest = Buffer.concat(this.#rest);
    this.#rest = [];
    return { chunkState: this.#reader.snapshot(), rest, acknowledgement: this.#acknowledgement };
  }

  /**
   * The publisher has ended its stream: reads commands again, for another publish on the same connection. `rest` is what it sent
   * after the end, which the handover's `acknowledgement` has counted; `chunkState` is the reader's state there.
   */
  takeBack({ chunkState, rest }: Pick<Handover, 'chunkState' | 'rest'>): PublishAction[] {
    if (this.#phase !== 'handed-over') throw new RangeError(`nothing was handed over (${this.#phase})`);
    // `closeStream` leaves the message stream open; a `deleteStream` that follows is obeyed.
    this.#phase = 'stream-created';
    this.#isAgain = true;
    this.#maxBytes = maxLateBytes;
    this.#bytes = 0;
    this.#messages = 0;
    this.#restBytes = 0;
    this.#reader = this.#newReader(chunkState);
    return this.#acting(() => this.#readOrWait(rest));
  }

  #take(bytes: Uint8Array): void {
    let left = bytes;
    if (this.#phase === 'handshake') {
      const reply = this.#handshake.push(left);
      if (reply.length > 0) this.#actions.push({ type: 'send', bytes: reply });
      if (!this.#handshake.done) return;
      this.#phase = 'connecting';
      left = this.#handshake.rest;
    }
    if (this.#phase === 'closed' || this.#phase === 'handed-over') return;
    const sequenceNumber = this.#acknowledgement.received(left.length);
    if (sequenceNumber !== undefined) this.#send(encodeControl({ kind: 'acknowledgement', sequenceNumber }));
    this.#readOrWait(left);
  }

  #readOrWait(bytes: Uint8Array): void {
    const used = this.#phase === 'waiting' ? 0 : this.#read(bytes);
    if (this.#phase === 'waiting') this.#wait(bytes.subarray(used));
  }

  /** Reads up to the publish command or the byte limit; returns the number of bytes read. */
  #read(bytes: Uint8Array): number {
    const used = this.#reader.push(bytes.subarray(0, this.#maxBytes - this.#bytes));
    this.#bytes += used;
    const cut = used < bytes.length && this.#isReading();
    if (cut) this.#close('BYTES_BEFORE_PUBLISH', `no publish command within ${this.#maxBytes} bytes`);
    return used;
  }

  #wait(bytes: Uint8Array): void {
    this.#restBytes += bytes.length;
    if (this.#restBytes > this.#maxWaiting) {
      this.#close('BYTES_WHILE_WAITING', `more than ${this.#maxWaiting} bytes before publish was answered`);
    } else if (bytes.length > 0) {
      this.#rest.push(Buffer.from(bytes));
    }
  }

  #isReading(): boolean {
    return this.#phase === 'connecting' || this.#phase === 'connected' || this.#phase === 'stream-created';
  }

  #message(message: RtmpMessage): void {
    const { typeId } = message;
    const isMedia =
      typeId === messageType.audio || typeId === messageType.video || typeId === messageType.aggregate;
    if (isMedia && this.#isAgain) return;
    this.#messages++;
    if (this.#messages > this.#maxMessages) {
      this.#close('MESSAGES_BEFORE_PUBLISH', `no publish command within ${this.#maxMessages} messages`);
      return;
    }
    if (isMedia) {
      this.#close('MEDIA_BEFORE_PUBLISH', 'received audio or video before the publish command');
      return;
    }
    const { control, command } = this.#understood(message);
    if (control?.kind === 'window-ack-size') this.#acknowledgement.setWindow(control.windowBytes);
    if (control?.kind === 'ping-request') this.#send(encodeControl({ ...control, kind: 'ping-response' }));
    if (command === undefined) return;
    const phase = this.#phase as CommandPhase;
    const step = stepFor(command, phase, this.#rules);
    if (step.type === 'go') {
      this.#phase = step.to;
      if (step.connect) this.#connect = step.connect;
      for (const reply of step.reply) this.#send(reply);
    } else if (step.type === 'close') {
      for (const reply of step.reply ?? []) this.#send(reply);
      this.#close(step.code, step.reason);
    } else {
      const { urlKey, ...connect } = this.#connect;
      const { streamName = urlKey, publishType } = step;
      if (streamName === undefined) {
        this.#phase = 'closed';
        this.#reader.pause();
        this.#actions.push({ type: 'refuse', reason: 'missing-key' });
        return;
      }
      if (!this.#reader.clean) {
        this.#close('COMMAND_OUT_OF_ORDER', 'received publish while another message was incomplete');
        return;
      }
      this.#phase = 'waiting';
      this.#reader.pause();
      this.#actions.push({ type: 'publish', request: { ...connect, streamName, publishType } });
    }
  }

  /** One bad message is one bad message: chunks after it can be read. */
  #understood(message: RtmpMessage): { control?: ControlMessage | undefined; command?: Command | undefined } {
    try {
      return { control: decodeControl(message), command: decodeCommand(message) };
    } catch (cause) {
      if (!(cause instanceof ProtocolError) || isIndispensable(commandNameOf(message))) throw cause;
      this.#actions.push({ type: 'skipped', cause });
      return {};
    }
  }

  #send(message: RtmpMessage): void {
    this.#actions.push({ type: 'send', bytes: this.#writer.write(message) });
  }

  #close(code: ProtocolErrorCode | PublishCloseCode, reason: string): void {
    this.#phase = 'closed';
    this.#rest = [];
    this.#reader.pause();
    this.#actions.push({ type: 'close', code, reason });
  }
}
