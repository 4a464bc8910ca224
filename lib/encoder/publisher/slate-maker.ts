import { FlvReader } from '../../protocol/flv/reader.ts';
import type { FlvTag } from '../../protocol/flv/tag.ts';
import type { EncoderProcess, StartEncoder } from '../ports.ts';
import { readSlate, type Slate, slateArguments } from './policy/slate.ts';

/** It takes half a second; a machine that needs longer than this for it has no room for it. */
const withinMs = 10_000;
const mostBytes = 8 * 1024 * 1024;

export interface SlateMakerHandler {
  made(slate: Slate): void;
  /** The last picture stays instead. */
  failed(cause: Error): void;
}

/** Makes slates, each by a short run of ffmpeg, one at a time. */
export class SlateMaker {
  readonly #startEncoder: StartEncoder;
  readonly #handler: SlateMakerHandler;
  #process?: EncoderProcess;
  #stopped = false;

  constructor(startEncoder: StartEncoder, handler: SlateMakerHandler) {
    this.#startEncoder = startEncoder;
    this.#handler = handler;
  }

  /** For pictures with this sequence header, an FLV payload; one that was still being made is given up. Does nothing for a kind of picture that has no slate. */
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
        bytes += piece.length;
        if (bytes > mostBytes) {
          fault ??= new Error(`The slate is over ${mostBytes} bytes.`);
          child.kill();
        } else if (!fault) tags.push(...reader.push(piece));
      },
      outputEnded: () => {},
      exited: ({ code, signal, said }) => {
        clearTimeout(timer);
        if (this.#process !== child) return;
        this.#process = undefined;
        const slate = fault ? undefined : readSlate(tags);
        if (slate) this.#handler.made(slate);
        else this.#handler.failed(fault ?? new Error(`ffmpeg ended with ${signal ?? code}: ${said}`));
      },
    });
    const timer = setTimeout(() => {
      fault = new Error(`No slate in ${withinMs} ms.`);
      child.kill();
    }, withinMs);
    this.#process = child;
  }

  /** Nothing is handed over any more. */
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
