import fc from 'fast-check';
import { splitAggregate } from '../../lib/protocol/rtmp/aggregate.ts';
import { type Amf0Value, decodeAmf0, encodeAmf0, firstAmf0String } from '../../lib/protocol/rtmp/amf0.ts';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { ChunkScanner } from '../../lib/protocol/rtmp/chunk-scanner.ts';
import { decodeChunkState, encodeChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { decodeCommand, isUnpublish, readMetaData, readStatus } from '../../lib/protocol/rtmp/commands.ts';
import { ProtocolError } from '../../lib/protocol/rtmp/errors.ts';
import { ClientHandshake, ServerHandshake } from '../../lib/protocol/rtmp/handshake.ts';
import { audioCodec, videoCodec } from '../../lib/protocol/rtmp/media-tag.ts';
import { decodeControl } from '../../lib/protocol/rtmp/messages.ts';
import { stepFor } from '../../lib/protocol/rtmp/publish-commands.ts';
import { isRedirect } from '../../lib/protocol/rtmp/redirect.ts';
import { mustAgree, refusing, twoCuts } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';
import { amf0Bytes, amf0Words, chunkBytes } from '../shapes/rtmp-bytes.ts';

const zeros = (length: number): Uint8Array => new Uint8Array(length);

function shakeHands(pieces: readonly Buffer[], handshake: ServerHandshake | ClientHandshake): unknown {
  const replies: Buffer[] = [];
  const rest: Buffer[] = [];
  const fault = refusing(() => {
    for (const piece of pieces) {
      if (handshake.done) rest.push(piece);
      else {
        replies.push(handshake.push(piece));
        if (handshake.done) rest.push(handshake.rest);
      }
    }
  }, ProtocolError);
  return [Buffer.concat(replies), handshake.done, Buffer.concat(rest), codeOf(fault)];
}

export const codeOf = (outcome: unknown): string | undefined =>
  outcome instanceof ProtocolError ? outcome.code : undefined;

function readChunks(pieces: readonly Buffer[]): unknown {
  const messages: RtmpMessage[] = [];
  const reader = new ChunkReader((message) => messages.push(message), { maxMessageBytes: 1024 * 1024 });
  const fault = refusing(() => {
    for (const piece of pieces) reader.push(piece);
  }, ProtocolError);
  return [messages, codeOf(fault), fault === undefined && reader.clean ? reader.snapshot() : undefined];
}

function scanChunks(pieces: readonly Buffer[]): unknown {
  const ends: number[] = [];
  const scanner: ChunkScanner = new ChunkScanner({
    onStart: (message) =>
      message.cleanStart ? scanner.snapshotAtStart().streams.length > 60 : message.byte0 & 63,
    onEnd: ({ end, length, timestampMs }) => ends.push(end + scanner.scannedBytes, length, timestampMs),
  });
  return [
    codeOf(
      refusing(() => {
        for (const piece of pieces) scanner.push(piece);
      }, ProtocolError),
    ),
    ends,
  ];
}

const messageOf = (input: Buffer): RtmpMessage => ({
  chunkStreamId: 3,
  timestampMs: 0,
  typeId: input[0] ?? 0,
  messageStreamId: 1,
  payload: input.subarray(1),
});

const rules = { app: 'live', windowBytes: 2_500_000 };

export const rtmpTargets: readonly FuzzTarget[] = [
  {
    name: 'rtmp-handshake',
    about: 'the handshake of a publisher, and of a server that we push to',
    parsers: ['lib/protocol/rtmp/handshake.ts'],
    run(input) {
      const { pieces, whole } = twoCuts(input);
      for (const make of [() => new ServerHandshake(zeros), () => new ClientHandshake(zeros)])
        mustAgree(shakeHands(pieces, make()), shakeHands(whole, make()), 'a handshake in pieces');
    },
  },
  {
    name: 'rtmp-chunks',
    about: 'chunks, whole and in pieces, as the worker reads and the proxy scans them',
    parsers: [
      'lib/protocol/rtmp/chunk-reader.ts',
      'lib/protocol/rtmp/chunk-scanner.ts',
      'lib/protocol/rtmp/chunk-stream.ts',
    ],
    shapes: fc
      .tuple(fc.integer({ min: 1, max: 255 }), chunkBytes)
      .map(([size, bytes]) => Buffer.concat([Buffer.of(size), bytes])),
    run(input) {
      const { pieces, whole } = twoCuts(input);
      mustAgree(readChunks(pieces), readChunks(whole), 'chunks read in pieces');
      mustAgree(scanChunks(pieces), scanChunks(whole), 'chunks scanned in pieces');
    },
  },
  {
    name: 'amf0',
    about: 'AMF 0 values of commands and metadata',
    parsers: ['lib/protocol/rtmp/amf0.ts'],
    words: amf0Words,
    shapes: amf0Bytes,
    run(input) {
      firstAmf0String(input);
      const values = refusing(() => decodeAmf0(input), ProtocolError);
      if (values instanceof Error) return;
      const again = refusing(() => decodeAmf0(encodeAmf0(values)), ProtocolError);
      if (!(again instanceof Error))
        mustAgree(again, values satisfies Amf0Value[], 'AMF 0 written and read again');
    },
  },
  {
    name: 'rtmp-commands',
    about: 'a command, data or control message; its first byte is the type',
    parsers: [
      'lib/protocol/rtmp/commands.ts',
      'lib/protocol/rtmp/messages.ts',
      'lib/protocol/rtmp/publish-commands.ts',
      'lib/protocol/rtmp/redirect.ts',
    ],
    words: amf0Words,
    shapes: fc
      .tuple(fc.constantFrom(20, 17, 18, 15, 4, 1, 3, 5, 6), amf0Bytes)
      .map(([type, bytes]) => Buffer.concat([Buffer.of(type), bytes])),
    run(input) {
      const message = messageOf(input);
      isUnpublish(message);
      refusing(() => decodeControl(message), ProtocolError);
      refusing(() => readMetaData(message), ProtocolError);
      const command = refusing(() => decodeCommand(message), ProtocolError);
      if (command === undefined || command instanceof Error) return;
      readStatus(command);
      isRedirect(command);
      for (const phase of ['connecting', 'connected', 'stream-created'] as const)
        stepFor(command, phase, rules);
    },
  },
  {
    name: 'rtmp-aggregate',
    about: 'an aggregate message, and the codecs of the messages inside',
    parsers: ['lib/protocol/rtmp/aggregate.ts', 'lib/protocol/rtmp/media-tag.ts'],
    run(input) {
      splitAggregate({ ...messageOf(input), typeId: 22 }, ({ payload }) => {
        videoCodec(payload);
        audioCodec(payload);
      });
    },
  },
  {
    name: 'chunk-state',
    about: 'the state of a chunk reader, as a proxy hands it to a worker',
    parsers: ['lib/protocol/rtmp/chunk-state.ts'],
    run(input) {
      const state = refusing(() => decodeChunkState(input), ProtocolError);
      if (state instanceof Error) return;
      mustAgree(encodeChunkState(state), input, 'a chunk state written again');
      refusing(() => new ChunkReader(() => {}, {}, state).push(Buffer.of(0xc3, 0x43, 0x83)), ProtocolError);
    },
  },
];
