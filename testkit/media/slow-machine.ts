import type { EncoderProcess, StartEncoder } from '../../lib/encoder/ports.ts';

const stepMs = 50;

interface Waiting {
  /** When it was written, in ms after the start of ffmpeg. */
  readonly atMs: number;
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}

/**
 * A machine that is too slow for a ladder: ffmpeg gets its input as much later as if it took that long to encode it. `speed` may
 * change at any time.
 */
export class SlowMachine {
  /** Times real time, by the number of outputs; Infinity for a machine with room. */
  speed: (outputs: number) => number = () => Number.POSITIVE_INFINITY;

  readonly wrap =
    (start: StartEncoder): StartEncoder =>
    (args, outputs, handler) => {
      let timer: NodeJS.Timeout | undefined;
      const ffmpeg = start(args, outputs, {
        ...handler,
        exited: (exit) => {
          clearInterval(timer);
          handler.exited(exit);
        },
      });
      const slowed = new SlowedEncoder(ffmpeg);
      timer = setInterval(() => slowed.step(this.speed(outputs)), stepMs);
      return slowed;
    };
}

class SlowedEncoder implements EncoderProcess {
  readonly #ffmpeg: EncoderProcess;
  readonly #startedAt = performance.now();
  #queue: Waiting[] = [];
  /** What was written until then has been encoded. */
  #doneMs = 0;
  #ended = false;

  constructor(ffmpeg: EncoderProcess) {
    this.#ffmpeg = ffmpeg;
  }

  get pid(): number | undefined {
    return this.#ffmpeg.pid;
  }

  get backlogBytes(): number {
    return this.#queue.reduce((sum, { bytes }) => sum + bytes, this.#ffmpeg.backlogBytes);
  }

  write(pieces: readonly Uint8Array[]): void {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    this.#queue.push({ atMs: performance.now() - this.#startedAt, pieces, bytes });
  }

  endInput(): void {
    this.#ended = true;
  }

  kill(): void {
    this.#queue = [];
    this.#ffmpeg.kill();
  }

  step(speed: number): void {
    this.#doneMs = Math.min(performance.now() - this.#startedAt, this.#doneMs + speed * stepMs);
    for (let next = this.#queue[0]; next && next.atMs <= this.#doneMs; next = this.#queue[0]) {
      this.#queue.shift();
      this.#ffmpeg.write(next.pieces);
    }
    if (this.#ended && this.#queue.length === 0) this.#ffmpeg.endInput();
  }
}
