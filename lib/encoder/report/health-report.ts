import { healthStepMs, pastEverySteps } from '../../control-store/health/health-series.ts';
import type { LeaseRecord } from '../../control-store/records.ts';
import { endsWithin } from '../../net/ends-within.ts';
import type { EncoderStore } from '../ports.ts';
import { HealthDocuments } from './health-documents.ts';
import { BroadcastSeries } from './policy/health/broadcast-series.ts';
import { type HealthFacts, judgedSteps, judgeHealth } from './policy/health/judge-health.ts';
import type { MeasuredStep } from './policy/health/step-meter.ts';
import { VerdictHold } from './policy/health/verdict-hold.ts';
import type { Reporter } from './reporter.ts';

export interface HealthReportOptions {
  readonly store: EncoderStore;
  readonly lease: Pick<LeaseRecord, 'streamId' | 'broadcastId' | 'epoch'>;
  readonly mayWrite: () => Promise<boolean>;
}

/** A broadcast at one moment. */
export interface HealthMoment extends Pick<HealthFacts, 'frameRate' | 'hasSound' | 'keyFrameAwaited'> {
  /** What came since this was last called; undefined if nothing of this session came. */
  readonly take: () => MeasuredStep | undefined;
  /** The ffmpeg that encodes it, and how far that is behind. */
  readonly encoder?: { readonly run: number; readonly lagMs: number } | undefined;
  readonly turnedOff: readonly string[];
}

/**
 * What a broadcast reports of its health: a sample and a verdict every 5 s in a small document, the series in a larger one once a
 * minute, and the journal when the verdict changes ([decision 39](../../../docs/decisions/0039-health-from-the-worker.md)).
 */
export class HealthReport {
  readonly #reporter: Reporter;
  readonly #lease: HealthReportOptions['lease'];
  readonly #documents: HealthDocuments;
  readonly #failed: (cause: unknown) => void;
  readonly #hold = new VerdictHold();
  readonly #series = new BroadcastSeries();
  #steps: MeasuredStep[] = [];
  #last?: HealthMoment['encoder'];
  #nextMs: number;
  #sinceMs: number;
  #stepsToPast = pastEverySteps;
  /** Nothing is written before it is known what another worker has written. */
  #isRestored = false;
  #hasTried = false;

  constructor(reporter: Reporter, { store, lease, mayWrite }: HealthReportOptions) {
    const { about, clock, emit } = reporter;
    this.#reporter = reporter;
    this.#lease = lease;
    this.#failed = (cause) => emit('encoder.health.unwritten', { ...about, cause });
    this.#documents = new HealthDocuments({ store, lease, mayWrite, failed: this.#failed });
    this.#nextMs = clock.nowMs() + healthStepMs;
    this.#sinceMs = clock.wallMs();
  }

  /** Call a few times a second. `isPresent`: a publisher is sending. */
  tick(isPresent: boolean, moment: () => HealthMoment): void {
    const nowMs = this.#reporter.clock.nowMs();
    const isDue = nowMs >= this.#nextMs;
    // Whatever it is, it must not take the broadcast along.
    if (!this.#isRestored && (isDue || !this.#hasTried)) this.#restore().catch(this.#failed);
    this.#hasTried = true;
    if (!isPresent) this.#lost();
    if (!isDue) return;
    this.#nextMs = Math.max(this.#nextMs + healthStepMs, nowMs + healthStepMs / 2);
    this.#step(isPresent, moment(), nowMs);
  }

  /** Another worker has the broadcast. */
  silence(): void {
    this.#documents.silence();
  }

  /** Resolves when nothing is being written, or after `withinMs`. */
  async settled(withinMs: number): Promise<void> {
    await endsWithin(this.#documents.settled(), withinMs);
  }

  /** The publisher left: nothing is received. */
  #lost(): void {
    this.#steps = [];
    if (this.#hold.verdict === 'none') return;
    this.#hold.none();
    this.#sinceMs = this.#reporter.clock.wallMs();
    this.#write();
  }

  #step(isPresent: boolean, moment: HealthMoment, nowMs: number): void {
    const step = moment.take();
    if (!isPresent) return;
    const pace = this.#paceOf(moment.encoder);
    if (step) {
      this.#steps = [...this.#steps, step].slice(-judgedSteps);
      const { forMs, mediaMs, ...measured } = step;
      const { encoderSpeed } = pace;
      this.#series.add({ ...measured, atMs: this.#reporter.clock.wallMs(), encoderSpeed });
    } else if (!moment.keyFrameAwaited) return;
    this.#judge({ ...moment, ...pace, steps: this.#steps }, nowMs);
    this.#write();
  }

  #judge(facts: HealthFacts, nowMs: number): void {
    const before = this.#hold.verdict;
    const told = this.#hold.observe(judgeHealth(facts), nowMs);
    if (this.#hold.verdict !== before) this.#sinceMs = this.#reporter.clock.wallMs();
    if (!told) return;
    const { about, emit, journal } = this.#reporter;
    const { reasons } = this.#hold;
    const codes = reasons.map(({ code }) => code).join(',');
    emit('encoder.health.changed', { ...about, ...told, reasons: codes });
    const because = reasons.map(({ message, advice }) => `${message} ${advice}`).join(' ');
    journal.append('stream.health', { ...told, reasons: codes, because });
  }

  /**
   * Its speed, by how its lag changed; and what of the lag has lasted: a new ffmpeg first works through what it began with.
   */
  #paceOf(encoder: HealthMoment['encoder']): Pick<HealthFacts, 'encoderSpeed' | 'lagMs'> {
    const last = this.#last;
    this.#last = encoder;
    if (!encoder || encoder.run !== last?.run) return {};
    const encoderSpeed = Math.min(2, Math.max(0, 1 - (encoder.lagMs - last.lagMs) / healthStepMs));
    return { encoderSpeed, lagMs: Math.min(encoder.lagMs, last.lagMs) };
  }

  #write(): void {
    if (!this.#isRestored || !this.#documents.isIdle) return;
    const { broadcastId, epoch } = this.#lease;
    const { verdict, reasons, told } = this.#hold;
    const sinceMs = this.#sinceMs;
    const latest = this.#series.latest ?? { startMs: sinceMs, stepMs: healthStepMs, rows: [] };
    const health = { broadcastId, epoch, verdict, sinceMs, reasons, told, latest };
    this.#stepsToPast--;
    const past = this.#stepsToPast <= 0 ? this.#series.past : undefined;
    const bodies = { health, ...(past && { 'health-past': { broadcastId, epoch, ...past } }) };
    this.#documents.write(bodies, () => {
      if (past) this.#stepsToPast = pastEverySteps;
    });
  }

  /** Goes on with what another worker has of the broadcast. */
  async #restore(): Promise<void> {
    const stored = await this.#documents.restore();
    if (!stored || this.#isRestored) return;
    const { now, past } = stored;
    if (now) this.#hold.restore(now.told);
    this.#series.goOnFrom(now, past);
    this.#isRestored = true;
    if (this.#hold.verdict !== 'none') this.#write();
  }
}
