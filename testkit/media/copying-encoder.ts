import type { EncoderProcess, EncoderProcessHandler, StartEncoder } from '../../lib/encoder/ports.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import { FlvReader } from '../../lib/protocol/flv/reader.ts';
import type { FlvTag } from '../../lib/protocol/flv/tag.ts';
import { writeFlvHeader, writeFlvTag } from '../../lib/protocol/flv/writer.ts';

/** How much later a picture comes out than it goes in. */
const latencyMs = 20;

/**
 * Stands for ffmpeg where many broadcasts are played without a process: writes what it reads to each output, with a key frame at
 * each line of the grid. It can't draw, so a slate fails.
 */
export const copyingEncoder: StartEncoder = (args, outputs, handler) =>
  args.includes('lavfi') ? failing(handler) : new CopyingEncoder(outputs, handler);

function failing(handler: EncoderProcessHandler): EncoderProcess {
  const exit = () => {
    handler.outputEnded(0);
    handler.exited({ code: 1, signal: null, said: 'no slates here' });
  };
  setTimeout(exit, latencyMs);
  return { pid: undefined, backlogBytes: 0, write() {}, endInput() {}, kill() {} };
}

class CopyingEncoder implements EncoderProcess {
  readonly pid = undefined;
  readonly backlogBytes = 0;
  readonly #handler: EncoderProcessHandler;
  readonly #outputs: number;
  readonly #input = new FlvReader();
  #line = -1;
  #isOver = false;

  constructor(outputs: number, handler: EncoderProcessHandler) {
    this.#outputs = outputs;
    this.#handler = handler;
    const header = writeFlvHeader({ audio: true, video: true });
    for (let index = 0; index < outputs; index++) this.#later(() => handler.output(index, header));
  }

  write(pieces: readonly Uint8Array[]): void {
    for (const tag of this.#input.push(Buffer.concat(pieces))) {
      const bytes = Buffer.concat(writeFlvTag(this.#onGrid(tag)));
      const audioAt = this.#outputs - 1;
      if (tag.type === 'audio') this.#later(() => this.#handler.output(audioAt, bytes));
      else if (tag.type === 'video')
        for (let index = 0; index < audioAt; index++) this.#later(() => this.#handler.output(index, bytes));
    }
  }

  endInput(): void {
    this.#later(() => this.#exit(0, null));
  }

  kill(): void {
    setTimeout(() => this.#exit(null, 'SIGKILL'), 0);
  }

  #exit(code: number | null, signal: string | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (let index = 0; index < this.#outputs; index++) this.#handler.outputEnded(index);
    this.#handler.exited({ code, signal, said: '' });
  }

  #later(act: () => void): void {
    setTimeout(() => {
      if (!this.#isOver) act();
    }, latencyMs);
  }

  #onGrid(tag: FlvTag): FlvTag {
    if (tag.type !== 'video' || tag.payload[1] !== 1) return tag;
    const line = Math.floor(tag.timestampMs / segmentMs);
    const payload = Buffer.from(tag.payload);
    payload[0] = line > this.#line ? 0x17 : 0x27;
    this.#line = line;
    return { ...tag, payload };
  }
}
