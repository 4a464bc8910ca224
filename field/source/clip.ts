import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pictureFilter } from '../../lib/canary/policy/numbered-picture.ts';
import { beepEveryMs, flashMs, soundSource } from '../../lib/canary/policy/test-sound.ts';
import { FlvReader } from '../../lib/protocol/flv/reader.ts';
import type { FlvTag } from '../../lib/protocol/flv/tag.ts';
import { parseVideoTag } from '../../lib/protocol/flv/video-tag.ts';

export interface ClipOptions {
  /** @default 24 */
  readonly seconds?: number;
  /** @default '320x180' */
  readonly size?: string;
  /** Pictures a second, also as a fraction such as `30000/1001`. @default 25 */
  readonly rate?: number | string;
  /** ffmpeg filters in front of the numbering, such as `select`, for pictures that aren't sent at all. */
  readonly choose?: string;
  /** Pictures from key frame to key frame. @default 50 */
  readonly gop?: number;
  /** @default 'yuv420p' */
  readonly pixels?: string;
  /** Further arguments of the H.264 encoder. */
  readonly encoder?: readonly string[];
  /** @default true */
  readonly picture?: boolean;
  /** @default true */
  readonly sound?: boolean;
  /** @default 48000 */
  readonly sampleRate?: number;
  /** @default 2 */
  readonly channels?: number;
  /** How much faster than its pictures the sound is played. @default 1 */
  readonly soundSpeed?: number;
}

/** A tag of a clip, with the number of the picture in it, or of the beep that begins in it. */
export type ClipTag = FlvTag & { readonly picture?: number; readonly beep?: number };

/** What an encoder sends, as FLV tags. */
export interface Clip {
  readonly tags: readonly ClipTag[];
  /** Presentation time of each picture by its number, counted from the first. */
  readonly pictureMs: readonly number[];
}

const made = new Map<string, Promise<Clip>>();

/** A clip of numbered pictures with a beep every `beepEveryMs`; equal ones are made once. */
export function clipOf(options: ClipOptions = {}): Promise<Clip> {
  const name = JSON.stringify(Object.entries(options).sort());
  const clip = made.get(name) ?? makeClip(options);
  made.set(name, clip);
  return clip;
}

async function makeClip(options: ClipOptions): Promise<Clip> {
  const { seconds = 24, picture = true, sound = true, channels = 2 } = options;
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
      ...(picture ? ['-f', 'lavfi', '-i', pictureFilter(options)] : []),
      ...(sound ? ['-f', 'lavfi', '-i', soundSource(options)] : []),
      ...(picture ? videoArguments(options) : []),
      ...(sound ? ['-c:a', 'aac', '-b:a', '64k', '-ac', String(channels)] : []),
      ...['-t', String(seconds), '-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 },
  );
  return numbered(new FlvReader().push(stdout), options);
}

function videoArguments({ gop = 50, encoder = [] }: ClipOptions): string[] {
  return [
    ...['-fps_mode', 'passthrough', '-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1'],
    ...['-sc_threshold', '0', '-g', String(gop), '-keyint_min', String(gop)],
    ...['-b:v', '400k', '-maxrate', '400k', '-bufsize', '400k', ...encoder],
  ];
}

const aacFrameSamples = 1024;

/** Pictures are numbered in the order in which they are shown; beeps are found behind the encoder's first, empty frame. */
function numbered(tags: readonly FlvTag[], { sampleRate = 48_000, soundSpeed = 1 }: ClipOptions): Clip {
  const shownMs = (tag: FlvTag): number => tag.timestampMs + parseVideoTag(tag.payload).compositionTimeMs;
  const order = tags.filter(isPicture).sort((a, b) => shownMs(a) - shownMs(b));
  const pictures = new Map(order.map((tag, picture) => [tag, picture]));
  const firstMs = order[0] ? shownMs(order[0]) : 0;
  const frameOf = (sourceMs: number): number =>
    1 + Math.floor((sourceMs * sampleRate) / soundSpeed / 1000 / aacFrameSamples);
  const sounds = tags.filter(isSound);
  const beeps = new Map<FlvTag, number>();
  // The clip may end in a beep, which then is none.
  for (let beep = 0; frameOf(beep * beepEveryMs + flashMs) < sounds.length; beep++)
    beeps.set(sounds[frameOf(beep * beepEveryMs)]!, beep);
  return {
    tags: tags.map((tag) => {
      const [picture, beep] = [pictures.get(tag), beeps.get(tag)];
      return {
        ...tag,
        ...(picture === undefined ? {} : { picture }),
        ...(beep === undefined ? {} : { beep }),
      };
    }),
    pictureMs: order.map((tag) => shownMs(tag) - firstMs),
  };
}

/** A sequence header, or the metadata. */
export const isHeader = ({ type, payload }: FlvTag): boolean => type === 'script' || payload[1] === 0;

export const isPicture = (tag: FlvTag): boolean => tag.type === 'video' && tag.payload[1] === 1;

export const isSound = (tag: FlvTag): boolean => tag.type === 'audio' && !isHeader(tag);
