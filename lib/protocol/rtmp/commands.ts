import type { Buffer } from 'node:buffer';
import {
  type Amf0Limits,
  type Amf0Object,
  type Amf0Value,
  decodeAmf0,
  encodeAmf0,
  firstAmf0String,
} from './amf0.ts';
import type { RtmpMessage } from './chunk-reader.ts';
import { ProtocolError } from './errors.ts';
import { messageType } from './messages.ts';

/**
 * A command message (RTMP 1.0, 7.1.1): name, transaction id (0 if no response is expected), then the command object and
 * arguments.
 */
export interface Command {
  readonly name: string;
  readonly transactionId: number;
  /** The command object first (often null), then the command's arguments. */
  readonly args: readonly Amf0Value[];
}

/** The chunk stream for responses to commands. */
const commandChunkStreamId = 3;

/** Encodes a command in AMF 0. */
export function encodeCommand(
  command: Command,
  messageStreamId = 0,
  chunkStreamId = commandChunkStreamId,
): RtmpMessage {
  return {
    chunkStreamId,
    timestampMs: 0,
    typeId: messageType.commandAmf0,
    messageStreamId,
    payload: encodeAmf0([command.name, command.transactionId, ...command.args]),
  };
}

/**
 * Reads a command message in AMF 0, or AMF 3 with AMF 0 values; undefined for other types. Throws `COMMAND_MALFORMED`
 * or an `AMF_…` code.
 */
export function decodeCommand(message: RtmpMessage, limits?: Amf0Limits): Command | undefined {
  const body = commandBody(message);
  if (body === undefined) return undefined;
  const [name, transactionId = 0, ...args] = decodeAmf0(body, limits);
  if (typeof name !== 'string' || typeof transactionId !== 'number') {
    throw new ProtocolError('COMMAND_MALFORMED', 'a command does not start with a name and a transaction id');
  }
  return { name, transactionId, args };
}

/** A type 17 message is a zero byte followed by AMF 0, unless AMF 3 was negotiated, which we never do. */
function commandBody({ typeId, payload }: RtmpMessage): Buffer | undefined {
  if (typeId === messageType.commandAmf0) return payload;
  return typeId === messageType.commandAmf3 ? payload.subarray(payload[0] === 0 ? 1 : 0) : undefined;
}

const unpublishCommands = new Set(['FCUnpublish', 'deleteStream', 'closeStream']);

/** Whether the publisher itself ends its stream. Never throws. */
export function isUnpublish(message: RtmpMessage): boolean {
  const body = commandBody(message);
  return body !== undefined && unpublishCommands.has(firstAmf0String(body) ?? '');
}

export type StatusLevel = 'status' | 'error' | 'warning';

export interface Status {
  readonly level: StatusLevel;
  /** For example `NetStream.Publish.Start`. */
  readonly code: string;
  readonly description: string;
}

/** The onStatus command (7.2.2). */
export function statusCommand(status: Status): Command {
  return { name: 'onStatus', transactionId: 0, args: [null, { ...status }] };
}

/** Reads an onStatus command, or the information object of a `_result` or `_error`; undefined if there is none. */
export function readStatus(command: Command): Status | undefined {
  const info = command.args[1];
  if (!isObject(info) || typeof info.code !== 'string') return undefined;
  const level = info.level === 'error' || info.level === 'warning' ? info.level : 'status';
  return {
    level,
    code: info.code,
    description: typeof info.description === 'string' ? info.description : '',
  };
}

/**
 * Reads `onMetaData` from a data message, with or without `@setDataFrame` before it; undefined for anything else. Throws
 * an `AMF_…` code.
 */
export function readMetaData(
  message: Pick<RtmpMessage, 'typeId' | 'payload'>,
  limits?: Amf0Limits,
): Amf0Object | undefined {
  const { typeId, payload } = message;
  if (typeId !== messageType.dataAmf0 && typeId !== messageType.dataAmf3) return undefined;
  const amf3 = typeId === messageType.dataAmf3 && payload[0] === 0;
  const values = decodeAmf0(amf3 ? payload.subarray(1) : payload, limits);
  if (values[0] === '@setDataFrame') values.shift();
  if (values[0] !== 'onMetaData') return undefined;
  const data = values[1];
  if (data instanceof Map) return Object.assign(Object.create(null), Object.fromEntries(data));
  return isObject(data) ? data : undefined;
}

export function isObject(value: Amf0Value): value is Amf0Object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? !(value instanceof Date) && !(value instanceof Map)
    : false;
}
