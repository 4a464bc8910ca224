import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { frameCounterFilter } from './frame-counter.ts';
import { pictureClockFilter } from './picture-clock.ts';

/** A test picture with frame numbers, and a beep. */
export interface PictureOptions {
  readonly size?: string;
  readonly rate?: number;
  /** ffmpeg's codec arguments. @default H.264 and AAC */
  readonly codecs?: readonly string[];
  readonly audio?: boolean;
  /** The number in the first frame. @default 0 */
  readonly firstFrame?: number;
  /** Draws the wall clock (picture-clock.ts) instead of the frame numbers. */
  readonly clock?: boolean;
}

export interface PublisherOptions extends PictureOptions {
  readonly url: string;
  readonly seconds?: number;
  /** A file by {@link recordPicture}, which is sent over and over. @default the picture is encoded while it is sent */
  readonly recording?: string;
}

/** A real ffmpeg that broadcasts a test picture with encoded frame numbers, in real time. */
export class Publisher {
  readonly process: ChildProcess;
  /** ffmpeg's stderr. */
  output = '';
  readonly #closed: Promise<unknown>;

  constructor(options: PublisherOptions) {
    const { url, seconds, recording } = options;
    this.process = spawn(
      'ffmpeg',
      [
        ...['-hide_banner', '-loglevel', 'warning', '-nostdin'],
        ...(recording === undefined
          ? encoded(options, ['-re'])
          : ['-re', '-stream_loop', '-1', '-i', recording, '-c', 'copy']),
        ...(seconds === undefined ? [] : ['-t', String(seconds)]),
        ...['-rtmp_live', 'live', '-f', 'flv', url],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.process.stderr?.on('data', (bytes: Buffer) => {
      this.output += bytes.toString();
    });
    this.#closed = once(this.process, 'close');
  }

  /** Resolves to ffmpeg's exit code once it has exited on its own. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.process.exitCode;
  }

  /** Ends the broadcast as a person would (an orderly unpublish), or abruptly with SIGKILL. */
  async stop(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    await this.#closed;
  }
}

/** The audio frames of ffmpeg's AAC encoder. */
const audioFrame = { samples: 1024, rate: 48_000 };

/**
 * Encodes the picture into an FLV file, at low priority. `seconds` must be a whole number of key frame intervals (2 s) and of audio
 * frames: then what is sent over and over has no seam.
 */
export async function recordPicture(path: string, seconds: number, options: PictureOptions): Promise<void> {
  const { rate = 30, audio = true } = options;
  const soundFrames = (seconds * audioFrame.rate) / audioFrame.samples;
  if (seconds % 2 !== 0 || !Number.isInteger(soundFrames)) throw new RangeError(`${seconds} s leave a seam`);
  const ffmpeg = spawn(
    'nice',
    [
      ...['ffmpeg', '-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...encoded(options)],
      ...['-frames:v', String(seconds * rate), ...(audio ? ['-frames:a', String(soundFrames)] : [])],
      ...['-f', 'flv', path],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(ffmpeg, 'close');
  if (code !== 0) throw new Error(`ffmpeg could not record the test picture: it exited with ${code}`);
}

/** ffmpeg's arguments for its inputs, which begin with `pace`, and codecs. */
function encoded(options: PictureOptions, pace: readonly string[] = []): string[] {
  const { size = '1280x720', rate = 30, audio = true, firstFrame = 0, clock = false } = options;
  const { codecs = defaultCodecs(rate) } = options;
  const strip = clock
    ? `[0:v]${pictureClockFilter()}[out]`
    : frameCounterFilter({ size, rate, first: firstFrame });
  const sound = `sine=frequency=440:beep_factor=4:sample_rate=${audioFrame.rate}`;
  return [
    ...[...pace, '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}`],
    ...(audio ? [...pace, '-f', 'lavfi', '-i', sound] : []),
    ...['-filter_complex', strip, '-map', '[out]'],
    ...(audio ? ['-map', '1:a'] : []),
    ...['-pix_fmt', 'yuv420p', ...codecs],
  ];
}

const defaultCodecs = (rate: number): readonly string[] => [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
  ...['-b:v', '1500k', '-g', String(rate * 2)],
  ...['-c:a', 'aac', '-b:a', '96k'],
];
