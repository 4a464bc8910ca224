import { describe, expect, test } from '@jest/globals';
import { AvcRepeater } from '../../../lib/packaging/codec/avc-repeat.ts';
import { CodecConfigError } from '../../../lib/packaging/codec/errors.ts';
import { FlvReader } from '../../../lib/protocol/flv/reader.ts';
import { writeFlvHeader, writeFlvTag } from '../../../lib/protocol/flv/writer.ts';
import { ffmpeg } from '../support/ffmpeg.ts';

const frameMs = 33;
const repeats = 20;
const avcHeaderBytes = 5;

function encode(source: string, args: readonly string[], frames = 60): Buffer {
  return ffmpeg([
    ...['-f', 'lavfi', '-i', source, '-frames:v', String(frames)],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '300', '-sc_threshold', '0', ...args],
    ...['-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
  ]);
}

/** Puts repeats behind the picture that is coded as number `after`, counted from 1; what follows is as much later. */
function withRepeats(flv: Buffer, after: number): Buffer {
  const pieces: Uint8Array[] = [writeFlvHeader({ audio: false, video: true })];
  let repeater: AvcRepeater | undefined;
  let coded = 0;
  let laterMs = 0;
  for (const { type, timestampMs, payload } of new FlvReader().push(flv)) {
    if (type !== 'video') continue;
    pieces.push(...writeFlvTag({ type, timestampMs: timestampMs + laterMs, payload }));
    if (payload[1] === 0) repeater = new AvcRepeater(payload.subarray(avcHeaderBytes));
    if (payload[1] !== 1) continue;
    repeater?.observe(payload.subarray(avcHeaderBytes));
    if (++coded !== after) continue;
    for (let at = 1; at <= repeats; at++) {
      const head = Buffer.concat([Buffer.from([0x27, 1]), payload.subarray(2, avcHeaderBytes)]);
      const repeat = Buffer.concat([head, repeater!.repeat()!]);
      pieces.push(...writeFlvTag({ type, timestampMs: timestampMs + at * frameMs, payload: repeat }));
    }
    laterMs = repeats * frameMs;
  }
  return Buffer.concat(pieces);
}

const encoded = new Map<string, { readonly flv: Buffer; readonly before: readonly string[] }>();

/** Encodes once what several cases are about. */
function encodedOnce(source: string, args: readonly string[]) {
  const key = [source, ...args].join(' ');
  const known = encoded.get(key);
  if (known) return known;
  const flv = encode(source, args);
  const made = { flv, before: pictures(flv) };
  encoded.set(key, made);
  return made;
}

/** A digest of each picture as it is decoded, in order of presentation. */
function pictures(flv: Buffer): string[] {
  const list = ffmpeg(
    [
      '-loglevel',
      'error',
      '-threads',
      '1',
      '-f',
      'flv',
      '-i',
      'pipe:0',
      '-fps_mode',
      'passthrough',
      '-f',
      'framemd5',
      'pipe:1',
    ],
    flv,
  );
  return list
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)!.trim());
}

const moving = 'testsrc2=size=320x180:rate=30';
const cases: { name: string; args: string[]; after: number; source?: string }[] = [
  { name: 'Baseline, CAVLC', args: ['-profile:v', 'baseline'], after: 40 },
  { name: 'no B-frames, CABAC', args: ['-tune', 'zerolatency'], after: 40 },
  {
    name: 'a P picture before its B-frames',
    args: ['-x264-params', 'bframes=3:b-adapt=0:b-pyramid=normal:ref=3'],
    after: 42,
  },
  {
    name: 'a B-frame others refer to',
    args: ['-x264-params', 'bframes=3:b-adapt=0:b-pyramid=normal:ref=3'],
    after: 43,
  },
  {
    name: 'a B-frame nobody refers to',
    args: ['-x264-params', 'bframes=3:b-adapt=0:b-pyramid=normal:ref=3'],
    after: 44,
  },
  {
    name: 'the last B-frame of a group',
    args: ['-x264-params', 'bframes=3:b-adapt=0:b-pyramid=normal:ref=3'],
    after: 45,
  },
  {
    name: 'sixteen references in a strict pyramid of eight B-frames',
    args: ['-x264-params', 'bframes=8:b-adapt=0:b-pyramid=strict:ref=16'],
    after: 36,
  },
  {
    name: 'weighted prediction',
    args: ['-x264-params', 'bframes=0:weightp=2:ref=2'],
    after: 40,
    source: `${moving},fade=in:0:60`,
  },
  { name: 'fields', args: ['-flags', '+ildct+ilme', '-x264-params', 'tff=1:weightp=0'], after: 40 },
  { name: '4:4:4', args: ['-profile:v', 'high444', '-pix_fmt', 'yuv444p'], after: 40 },
  { name: 'one reference frame', args: ['-x264-params', 'bframes=2:b-pyramid=none:ref=1'], after: 40 },
  { name: 'several slices', args: ['-x264-params', 'slices=4:bframes=2'], after: 40 },
  { name: 'a picture right after the key frame', args: ['-tune', 'zerolatency'], after: 1 },
];

describe('a picture repeated by reference', () => {
  test.each(cases)(
    'shows the newest one again and leaves all others whole: $name',
    ({ args, after, source }) => {
      const { flv, before } = encodedOnce(source ?? moving, args);
      const shown = pictures(withRepeats(flv, after));
      expect(new Set(before).size).toBe(before.length);
      expect(shown.length).toBe(before.length + repeats);
      const at = shown.findIndex((digest, index) => digest === shown[index + 1]);
      // One picture stands; around it every other one is as it was.
      expect(new Set(shown.slice(at, at + repeats + 1)).size).toBe(1);
      expect(before).toContain(shown[at]);
      expect([...shown.slice(0, at), ...shown.slice(at + repeats)].sort()).toEqual([...before].sort());
    },
  );

  test('takes a few bytes', () => {
    const flv = encode('testsrc2=size=1920x1080:rate=30', ['-tune', 'zerolatency'], 3);
    const repeater = new AvcRepeater(sequenceHeader(flv));
    expect(repeater.repeat()).toBeUndefined();
    for (const { payload } of new FlvReader().push(flv))
      if (payload[1] === 1) repeater.observe(payload.subarray(avcHeaderBytes));
    expect(repeater.repeat()!.length).toBeLessThan(80);
  });

  test('is refused where the stream cannot be read', () => {
    expect(() => new AvcRepeater(Buffer.from('0142c01fffe10003674200010001680000', 'hex'))).toThrow(
      CodecConfigError,
    );
  });
});

function sequenceHeader(flv: Buffer): Buffer {
  const header = [...new FlvReader().push(flv)].find(
    ({ type, payload }) => type === 'video' && payload[1] === 0,
  );
  return header!.payload.subarray(avcHeaderBytes);
}
