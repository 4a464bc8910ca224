/** Whole messages, sent in chunks that can be read. */
export interface BadMessage {
  readonly name: string;
  readonly typeId: number;
  /** The payload. */
  readonly hex: string;
  /** Why it can't be read; undefined if it only has no effect. */
  readonly code?: string;
}

/** As one chunk. */
export function chunkOf({ typeId, hex }: BadMessage): Buffer {
  const payload = Buffer.from(hex, 'hex');
  return Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, payload.length, typeId, 0, 0, 0, 0]), payload]);
}

/** An AMF 0 string. */
const text = (value: string): string =>
  `02${value.length.toString(16).padStart(4, '0')}${Buffer.from(value).toString('hex')}`;
/** An AMF 0 number. */
const number = (value: number): string => {
  const bytes = Buffer.alloc(9);
  bytes.writeDoubleBE(value, 1);
  return bytes.toString('hex');
};

/** A reader skips each of them and goes on, wherever in a session it comes. */
export const badMessages: readonly BadMessage[] = [
  { name: 'an empty user control message', typeId: 4, hex: '', code: 'CONTROL_MALFORMED' },
  { name: 'a user control message of one byte', typeId: 4, hex: '00', code: 'CONTROL_MALFORMED' },
  { name: 'a ping without a time', typeId: 4, hex: '0006', code: 'CONTROL_MALFORMED' },
  { name: 'a buffer length that is cut off', typeId: 4, hex: '000300000001', code: 'CONTROL_MALFORMED' },
  { name: 'a user control event that nobody knows', typeId: 4, hex: '00ff' },
  { name: 'an empty window size', typeId: 5, hex: '', code: 'CONTROL_MALFORMED' },
  { name: 'a window size of three bytes', typeId: 5, hex: '0026a0', code: 'CONTROL_MALFORMED' },
  { name: 'a window size of 0', typeId: 5, hex: '00000000' },
  { name: 'an empty abort', typeId: 2, hex: '', code: 'CONTROL_MALFORMED' },
  { name: 'an abort of three bytes', typeId: 2, hex: '000004', code: 'CONTROL_MALFORMED' },
  { name: 'an abort of eight bytes', typeId: 2, hex: '0000000400000004', code: 'CONTROL_MALFORMED' },
  { name: 'an abort of a chunk stream that nobody has', typeId: 2, hex: 'ffffffff' },
  { name: 'a message of type 0', typeId: 0, hex: '00' },
  { name: 'a message of type 99', typeId: 99, hex: '0102030405' },
  { name: 'a shared object', typeId: 19, hex: '0000' },
  { name: 'an empty command', typeId: 20, hex: '', code: 'COMMAND_MALFORMED' },
  { name: 'an empty AMF 3 command', typeId: 17, hex: '', code: 'COMMAND_MALFORMED' },
  { name: 'a command cut off in its name', typeId: 20, hex: '020014666f', code: 'AMF_TRUNCATED' },
  { name: 'a command without a name', typeId: 20, hex: '05', code: 'COMMAND_MALFORMED' },
  {
    name: 'a command cut off in its argument',
    typeId: 20,
    hex: `${text('_checkbw')}${number(7)}05020040`,
    code: 'AMF_TRUNCATED',
  },
  {
    name: 'a command whose transaction id is a string',
    typeId: 20,
    hex: `${text('_checkbw')}${text('7')}`,
    code: 'COMMAND_MALFORMED',
  },
  {
    name: 'a command with AMF 3 inside',
    typeId: 17,
    hex: `00${text('setPeerInfo')}${number(0)}0511090101`,
    code: 'AMF_UNSUPPORTED_TYPE',
  },
  {
    name: 'a command nested 17 deep',
    typeId: 20,
    hex: `${text('ping')}${number(0)}${'0a00000001'.repeat(17)}`,
    code: 'AMF_TOO_DEEP',
  },
  { name: 'a releaseStream with a number', typeId: 20, hex: `${text('releaseStream')}${number(0)}05${number(3)}` },
  { name: 'an FCPublish without a name', typeId: 20, hex: `${text('FCPublish')}${number(0)}` },
  { name: 'the end of another stream', typeId: 20, hex: `${text('deleteStream')}${number(0)}05${number(9)}` },
];

/** Where the next chunk begins can't be known after these. */
export const unreadableFrom: readonly Required<BadMessage>[] = [
  { name: 'a chunk size of 0', typeId: 1, hex: '00000000', code: 'CHUNK_SIZE_ZERO' },
  { name: 'a negative chunk size', typeId: 1, hex: 'ffffffff', code: 'CHUNK_SIZE_NEGATIVE' },
  { name: 'no chunk size', typeId: 1, hex: '', code: 'CONTROL_MALFORMED' },
  { name: 'a chunk size of three bytes', typeId: 1, hex: '001000', code: 'CONTROL_MALFORMED' },
  { name: 'a chunk size of eight bytes', typeId: 1, hex: '0000100000001000', code: 'CONTROL_MALFORMED' },
];

/** A publisher that sends these more than once, or out of order, while it is on the air. */
export const lateCommands: readonly BadMessage[] = [
  { name: 'a second connect', typeId: 20, hex: `${text('connect')}${number(1)}0300036170700200046c697665000009` },
  { name: 'a second createStream', typeId: 20, hex: `${text('createStream')}${number(9)}05` },
  { name: 'a second publish', typeId: 20, hex: `${text('publish')}${number(10)}05${text('key')}${text('live')}` },
  { name: 'a publish without a name', typeId: 20, hex: `${text('publish')}${number(0)}` },
  { name: 'a releaseStream', typeId: 20, hex: `${text('releaseStream')}${number(11)}05${text('key')}` },
  { name: 'a play', typeId: 20, hex: `${text('play')}${number(12)}05${text('key')}` },
];
