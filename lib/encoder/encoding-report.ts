import { listRenditions } from '../control/policy/stream-events.ts';
import type { EncoderRun } from './encoder-run.ts';
import { speedOf } from './policy/shedding.ts';
import type { EncoderExit } from './ports.ts';
import type { Teller } from './teller.ts';

/** What a broadcast tells of its runs of ffmpeg. */
export class EncodingReport {
  readonly #teller: Teller;
  #wasStuck = false;

  constructor(teller: Teller) {
    this.#teller = teller;
  }

  /** ffmpeg had to be killed before it had made everything. */
  get wasStuck(): boolean {
    return this.#wasStuck;
  }

  started({ id, fromNumber, args, pid }: EncoderRun): void {
    const { about, emit } = this.#teller;
    emit('encoder.ffmpeg.started', {
      ...about,
      run: id,
      fromNumber,
      args: args.join(' '),
      ...(pid === undefined ? {} : { pid }),
    });
  }

  crashed(run: EncoderRun, { code, signal, said }: EncoderExit): void {
    const { about, emit, story } = this.#teller;
    emit('encoder.ffmpeg.crashed', { ...about, run: run.id, code, signal, said });
    const detail = signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
    story.tell('encoder.restarted', { detail, outageMs: run.lagMs });
  }

  stuck(withinMs: number): void {
    this.#wasStuck = true;
    this.#teller.emit('encoder.ffmpeg.stuck', { ...this.#teller.about, withinMs });
  }

  shed(rendition: string, lagMs: number, left: readonly string[]): void {
    const { about, emit, story } = this.#teller;
    emit('encoder.ladder.shed', { ...about, rendition, lagMs });
    story.tell('ladder.shed', { rendition, speed: speedOf(lagMs), left: listRenditions(left) });
  }

  slateFailed(cause: Error): void {
    this.#teller.emit('encoder.slate.failed', { ...this.#teller.about, cause });
  }
}
