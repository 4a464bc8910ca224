import { FlvReader } from '../../protocol/flv/reader.ts';
import type { FlvTag } from '../../protocol/flv/tag.ts';
import type { EncoderProcess, StartEncoder } from '../ports.ts';
import { readSlate, type Slate, slateArguments } from './policy/slate.ts';

/** A slate takes half a second to make; a machine that needs longer than this is too busy for one. */
const timeoutMs = 10_000;
const maxBytes = 8 * 1024 * 1024;

export interface SlateMakerHandler {
  made(slate: Slate): void;
  /** The last picture stays on screen instead. */
  failed(cause: Error): void;
  /** One of the above threw. Must not throw. */
  faulted(cause: unknown): void;
}

/** Makes slates one at a time, each with a short ffmpeg run. */
export class SlateMaker {
  readonly #startEncoder: StartEncoder;
  readonly #handler: SlateMakerHandler;
  #process?: EncoderProcess;
  #stopped = false;

  constructor(startEncoder: StartEncoder, handler: SlateMakerHandler) {
    this.#startEncoder = startEncoder;
    this.#handler = handler;
  }

  /**
   * Makes a slate for pictures with this sequence header (an FLV payload), abandoning one still in progress. Does nothing for
   * a format that has no slate.
   */
  make(videoHeader: Buffer): void {
    this.#giveUp();
    const args = slateArguments(videoHeader);
    if (!args || this.#stopped) return;
    const reader = new FlvReader();
    const tags: FlvTag[] = [];
    let bytes = 0;
    let fault: Error | undefined;
    const child = this.#startEncoder(args, 1, {
      output: (_, piece) => {
        if (fault) return;
        try {
          bytes += piece.length;
          if (bytes > maxBytes) throw new Error(`The slate exceeds ${maxBytes} bytes.`);
          tags.push(...reader.push(piece));
        } catch (cause) {
          fault = cause as Error;
          child.kill();
        }
      },
      outputEnded: () => {},
      exited: ({ code, signal, said }) => {
        clearTimeout(timer);
        if (this.#process !== child) return;
        this.#process = undefined;
        try {
          const slate = fault ? undefined : readSlate(tags);
          if (slate) this.#handler.made(slate);
          else this.#handler.failed(fault ?? new Error(`ffmpeg exited with ${signal ?? code}: ${said}`));
        } catch (cause) {
          this.#handler.faulted(cause);
        }
      },
    });
    const timer = setTimeout(() => {
      fault = new Error(`ffmpeg did not finish the slate within ${timeoutMs} ms.`);
      child.kill();
    }, timeoutMs);
    this.#process = child;
  }

  /** Stops for good; `made` and `failed` are not called again. */
  stop(): void {
    this.#stopped = true;
    this.#giveUp();
  }

  #giveUp(): void {
    const child = this.#process;
    this.#process = undefined;
    child?.kill();
  }
}
