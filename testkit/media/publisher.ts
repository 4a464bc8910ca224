import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { frameCounterFilter } from './frame-counter.ts';

export interface PublisherOptions {
  readonly url: string;
  readonly seconds?: number;
  readonly size?: string;
  readonly rate?: number;
  /** ffmpeg's codec arguments. @default H.264 and AAC */
  readonly codecs?: readonly string[];
  readonly audio?: boolean;
  /** The number in the first frame. @default 0 */
  readonly firstFrame?: number;
}

/** A real ffmpeg that broadcasts a test picture with encoded frame numbers, in real time. */
export class Publisher {
  readonly process: ChildProcess;
  /** ffmpeg's stderr. */
  output = '';
  readonly #closed: Promise<unknown>;

  constructor(options: PublisherOptions) {
    const { url, seconds, size = '1280x720', rate = 30, audio = true } = options;
    const codecs = options.codecs ?? [
      ...[
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
        '-b:v',
        '1500k',
        '-g',
        String(rate * 2),
      ],
      ...['-c:a', 'aac', '-b:a', '96k'],
    ];
    this.process = spawn(
      'ffmpeg',
      [
        ...['-hide_banner', '-loglevel', 'warning', '-nostdin'],
        ...['-re', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}`],
        ...(audio ? ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000'] : []),
        ...[
          '-filter_complex',
          frameCounterFilter({ size, rate, first: options.firstFrame ?? 0 }),
          '-map',
          '[out]',
          ...(audio ? ['-map', '1:a'] : []),
        ],
        ...['-pix_fmt', 'yuv420p', ...codecs],
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
