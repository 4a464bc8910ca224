import { listRenditions } from '../../control-store/stream-events.ts';
import type { EncoderRun } from '../encoding/encoder-run.ts';
import { speedOf } from '../encoding/policy/ladder/shedding.ts';
import type { EncoderExit } from '../ports.ts';
import type { Reporter } from './reporter.ts';

/** What a broadcast reports about its ffmpeg runs. */
export class EncodingReport {
  readonly #reporter: Reporter;
  #wasStuck = false;
  #refusedSize = false;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** ffmpeg had to be killed before it had finished. */
  get wasStuck(): boolean {
    return this.#wasStuck;
  }

  started({ id, fromNumber, args, pid }: EncoderRun): void {
    const { about, emit } = this.#reporter;
    emit('encoder.ffmpeg.started', {
      ...about,
      run: id,
      fromNumber,
      args: args.join(' '),
      ...(pid === undefined ? {} : { pid }),
    });
  }

  crashed(run: EncoderRun, { code, signal, said }: EncoderExit): void {
    const { about, emit, journal } = this.#reporter;
    emit('encoder.ffmpeg.crashed', { ...about, run: run.id, code, signal, said });
    const detail = signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
    journal.append('encoder.restarted', { detail, outageMs: run.lagMs });
  }

  stuck(withinMs: number): void {
    this.#wasStuck = true;
    this.#reporter.emit('encoder.ffmpeg.stuck', { ...this.#reporter.about, withinMs });
  }

  shed(rendition: string, lagMs: number | undefined, left: readonly string[]): void {
    const { about, emit, journal } = this.#reporter;
    emit('encoder.ladder.shed', { ...about, rendition, ...(lagMs !== undefined && { lagMs }) });
    const speed = lagMs !== undefined && { speed: speedOf(lagMs) };
    journal.append('ladder.shed', { rendition, ...speed, left: listRenditions(left) });
  }

  restored(rendition: string, all: readonly string[]): void {
    const { about, emit, journal } = this.#reporter;
    emit('encoder.ladder.restored', { ...about, rendition });
    journal.append('ladder.restored', { rendition, all: listRenditions(all) });
  }

  /** The journal has it once: a publisher that got here may go on changing its size. */
  sizeRefused(rendition: string, all: readonly string[]): void {
    const { about, emit, journal } = this.#reporter;
    emit('encoder.ladder.size-refused', { ...about, rendition });
    if (this.#refusedSize) return;
    this.#refusedSize = true;
    journal.append('ladder.size-refused', { rendition, all: listRenditions(all) });
  }

  slateFailed(cause: Error): void {
    this.#reporter.emit('encoder.slate.failed', { ...this.#reporter.about, cause });
  }
}
