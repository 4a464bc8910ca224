import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { gridHeight, gridWidth, pictureNumber } from '../../../canary/policy/numbered-picture.ts';
import type { ShownPicture } from '../../../canary/policy/pictures.ts';
import type { HeardSound } from '../../../canary/policy/sound.ts';

/** A decoder's output. */
interface Decoded {
  readonly bytes: Buffer;
  /** Each frame's presentation time, in ms. */
  readonly framesMs: readonly number[];
  /** What ffmpeg reported as errors. */
  readonly complaints: readonly string[];
}

/** Every picture of a piece of media (init segment and segments), as a player shows them. */
export async function shownPictures(
  media: Buffer,
  ffmpeg = 'ffmpeg',
): Promise<{ pictures: ShownPicture[]; complaints: readonly string[] }> {
  const { bytes, framesMs, complaints } = await decode(ffmpeg, media, [
    ...['-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'rawvideo'],
    // Otherwise times round to the frame rate, and ffmpeg complains of each picture that filler stands close to.
    ...['-enc_time_base', '1:90000'],
    ...['-vf', `scale=${gridWidth}:${gridHeight}:flags=area,format=gray,showinfo=checksum=0`],
  ]);
  const cells = gridWidth * gridHeight;
  const pictures = framesMs.map((atMs, index) => {
    const number = pictureNumber(bytes.subarray(index * cells, (index + 1) * cells));
    return number === undefined ? { atMs } : { atMs, number };
  });
  return { pictures, complaints };
}

/** The sound of a piece of media, as a player plays it. */
export async function heardSound(
  media: Buffer,
  ffmpeg = 'ffmpeg',
): Promise<{ sound: HeardSound; complaints: readonly string[] }> {
  const { bytes, framesMs, complaints } = await decode(ffmpeg, media, [
    ...['-map', '0:a:0', '-f', 's16le'],
    ...[
      '-af',
      `aresample=${soundRate},aformat=sample_fmts=s16:channel_layouts=mono,asetnsamples=${frameSamples}:p=0,ashowinfo`,
    ],
  ]);
  const samples = new Int16Array(bytes.length >> 1);
  for (let index = 0; index < samples.length; index++) samples[index] = bytes.readInt16LE(index * 2);
  return { sound: { rate: soundRate, frameSamples, framesMs, samples }, complaints };
}

const soundRate = 48_000;
const frameSamples = 1024;

async function decode(path: string, media: Buffer, output: readonly string[]): Promise<Decoded> {
  const ffmpeg = spawn(path, [
    ...[
      '-hide_banner',
      '-nostats',
      '-loglevel',
      'level+info',
      '-copyts',
      '-i',
      'pipe:0',
      ...output,
      'pipe:1',
    ],
  ]);
  const bytes: Buffer[] = [];
  let words = '';
  ffmpeg.stdout.on('data', (data: Buffer) => bytes.push(data));
  ffmpeg.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  // It closes its input at media that it can't read, and says why on stderr.
  ffmpeg.stdin.on('error', () => {});
  ffmpeg.stdin.end(media);
  await once(ffmpeg, 'close');
  const lines = words.split('\n');
  return {
    bytes: Buffer.concat(bytes),
    framesMs: lines.flatMap((line) => {
      const seconds = /showinfo.* n: *\d+ .*pts_time: *(-?[\d.]+)/.exec(line)?.[1];
      return seconds === undefined ? [] : [Number(seconds) * 1000];
    }),
    complaints: lines.filter((line) => /\[(error|fatal)\]/.test(line)),
  };
}
