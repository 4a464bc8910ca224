import fc from 'fast-check';
import { parseAudioTag } from '../../lib/protocol/flv/audio-tag.ts';
import { FlvError } from '../../lib/protocol/flv/errors.ts';
import { FlvReader } from '../../lib/protocol/flv/reader.ts';
import type { FlvTag } from '../../lib/protocol/flv/tag.ts';
import { parseVideoTag } from '../../lib/protocol/flv/video-tag.ts';
import { maxPrefixBytes, packetOf } from '../../lib/protocol/flv/wrapped-packet.ts';
import { writeFlvHeader, writeFlvTag } from '../../lib/protocol/flv/writer.ts';
import { SmjpegError, SmjpegReader } from '../../lib/protocol/smjpeg/reader.ts';
import { must, mustAgree, refusing, twoCuts } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

function readFlv(pieces: readonly Buffer[]): unknown {
  const reader = new FlvReader({ maxTagBytes: 1024 * 1024 });
  const tags: FlvTag[] = [];
  for (const piece of pieces) {
    const read = refusing(() => reader.push(piece), FlvError);
    if (read instanceof Error) return (read as FlvError).code;
    tags.push(...read);
  }
  return [tags, reader.atBoundary];
}

const tag = fc
  .record({
    type: fc.constantFrom('audio' as const, 'video' as const, 'script' as const),
    timestampMs: fc.nat(0xffff_ffff),
    payload: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  })
  .map((one) => Buffer.concat(writeFlvTag(one)));

const file = fc
  .tuple(fc.integer({ min: 1, max: 255 }), fc.array(tag, { maxLength: 6 }))
  .map(([size, tags]) =>
    Buffer.concat([Buffer.of(size), writeFlvHeader({ audio: true, video: true }), ...tags]),
  );

function readSmjpeg(pieces: readonly Buffer[]): unknown {
  const reader = new SmjpegReader({ mostBytes: 1024 * 1024 });
  const pictures: unknown[] = [];
  for (const piece of pieces) {
    const read = refusing(() => reader.push(piece), SmjpegError);
    if (read instanceof Error) return read.message;
    pictures.push(...read);
  }
  return pictures;
}

export const flvTargets: readonly FuzzTarget[] = [
  {
    name: 'smjpeg',
    about: 'the pictures that an ffmpeg makes beside the renditions',
    parsers: ['lib/protocol/smjpeg/reader.ts'],
    words: ['\0\nSMJPEG', '_VID', 'HEND', 'vidD', 'DONE', '\0\0\0\x04'],
    run(input) {
      const { pieces, whole } = twoCuts(input);
      mustAgree(typeof readSmjpeg(pieces), typeof readSmjpeg(whole), 'an SMJPEG stream in pieces');
      if (typeof readSmjpeg(whole) !== 'string')
        mustAgree(readSmjpeg(pieces), readSmjpeg(whole), 'an SMJPEG stream in pieces');
    },
  },
  {
    name: 'flv',
    about: 'an FLV file or stream',
    parsers: ['lib/protocol/flv/reader.ts'],
    words: ['FLV\x01\x05\x00\x00\x00\x09'],
    shapes: file,
    run(input) {
      const { pieces, whole } = twoCuts(input);
      mustAgree(typeof readFlv(pieces), typeof readFlv(whole), 'an FLV file in pieces');
      if (typeof readFlv(whole) !== 'string')
        mustAgree(readFlv(pieces), readFlv(whole), 'an FLV file in pieces');
    },
  },
  {
    name: 'media-tags',
    about: 'the body of an audio or video message, classic or of enhanced RTMP',
    parsers: [
      'lib/protocol/flv/audio-tag.ts',
      'lib/protocol/flv/video-tag.ts',
      'lib/protocol/flv/wrapped-packet.ts',
    ],
    words: [
      'avc1',
      'hvc1',
      'av01',
      'mp4a',
      'Opus',
      Buffer.of(0x96),
      Buffer.of(0x97),
      Buffer.of(0x95),
      Buffer.of(0xff),
    ],
    run(input) {
      for (const type of ['audio', 'video'] as const) {
        const whole = packetOf(type, Buffer.from(input));
        const head = packetOf(type, Buffer.from(input.subarray(0, maxPrefixBytes)));
        if (head.payload.length > 0) mustAgree(head.byte0, whole.byte0, 'a packet by its first bytes');
        must(whole.payload.length <= input.length, 'a packet is longer than its message');
        refusing(() => parseAudioTag(whole.payload), FlvError);
        refusing(() => parseVideoTag(whole.payload), FlvError);
      }
    },
  },
];
