import type { BroadcastRecord, BroadcastState, EndReason, LeaseRecord } from '../../control-store/records.ts';
import { listRenditions } from '../../control-store/stream-events.ts';
import { segmentMs } from '../../packaging/segment-grid.ts';
import type { FinalReport } from '../lease/release-lease.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import { type RecordingOutcome, whyIncomplete } from '../publication/policy/recording-outcome.ts';
import { EncodingReport } from './encoding-report.ts';
import { HealthReport } from './health-report.ts';
import { type Arrival, OriginReport } from './origin-report.ts';
import { renditionFacts } from './policy/broadcast-facts.ts';
import { PublisherReport } from './publisher-report.ts';
import { Reporter, type ReporterOptions } from './reporter.ts';

/** A shorter outage of the control store is hardly noticeable. */
const notableOutageMs = 5000;

export interface BroadcastReportOptions extends ReporterOptions {
  /** Current input bitrate. */
  readonly bitrateBps: () => number;
}

/**
 * What a broadcast reports: state, input and renditions in its record in the control store, its journal for people who watch
 * the stream's events, and its log. Publisher, ffmpeg and origin have reports of their own; this one covers its life from the
 * first segment to the end.
 */
export class BroadcastReport implements FinalReport {
  readonly publisher: PublisherReport;
  readonly encoding: EncodingReport;
  readonly origin: OriginReport;
  readonly health: HealthReport;
  readonly #reporter: Reporter;
  readonly #createdAtMs: number;
  #isLost = false;

  /** `last`: the record left by another worker. */
  constructor(lease: LeaseRecord, options: BroadcastReportOptions, last?: BroadcastRecord) {
    const record = firstRecord(lease, options.clock.wallMs(), last);
    this.#reporter = new Reporter(record, options);
    this.#createdAtMs = options.clock.nowMs();
    this.publisher = new PublisherReport(this.#reporter, options.bitrateBps, (last ?? record).workerId);
    this.encoding = new EncodingReport(this.#reporter);
    this.origin = new OriginReport(this.#reporter);
    this.health = new HealthReport(this.#reporter, { ...options, lease });
  }

  get state(): BroadcastState {
    return this.#reporter.record.state;
  }

  /** Viewers have had a segment of this worker in time. */
  get hasCaughtUp(): boolean {
    const { epoch, caughtUpEpoch } = this.#reporter.record;
    return caughtUpEpoch === epoch;
  }

  /** Segments with all their renditions can be played; with the first one the broadcast goes live. */
  published(
    renditions: readonly PublishedRendition[],
    publisherPresent: boolean,
    arrival: Arrival & { readonly replayedMs: number },
  ): void {
    this.#noteRenditions(renditions);
    const isInTime = this.origin.arrived(arrival);
    this.publisher.replayShown(arrival);
    // A draining worker waits for this before it hands over its next broadcast.
    if (isInTime && publisherPresent && !this.hasCaughtUp) this.#noteCaughtUp();
    if (this.state !== 'starting' || !publisherPresent) return;
    const { about, clock, emit, record, journal } = this.#reporter;
    this.#reporter.move('confirmed');
    const startupMs = clock.nowMs() - this.#createdAtMs;
    emit('encoder.broadcast.live', { ...about, startupMs: Math.round(startupMs) });
    const { input } = this.publisher.input;
    if (!input) return;
    const { width, height, frameRate, bitrateBps } = input;
    journal.append('stream.live', {
      workerId: record.workerId,
      startupMs,
      width,
      height,
      frameRate,
      bitrateBps,
      renditions: this.#renditionList(),
    });
  }

  controlRecovered(downMs: number): void {
    if (downMs >= notableOutageMs) this.#reporter.journal.append('control.recovered', { downMs });
  }

  /** The broadcast has ended, unless another worker has taken it over meanwhile. */
  ended(reason: EndReason, renditions: readonly PublishedRendition[], recording: RecordingOutcome): void {
    const { durationMs } = recording;
    const { about, clock, emit, journal } = this.#reporter;
    if (this.#isLost) return;
    this.#noteRenditions(renditions);
    journal.update({ state: 'ended', endedAtMs: clock.wallMs(), endReason: reason });
    const isNews = durationMs > 0 || !this.publisher.isRepeatedRefusal;
    if (isNews) journal.append('stream.ended', { reason, durationMs });
    this.#recordingMade(recording, whyIncomplete(recording, reason, this.encoding.wasStuck));
    emit('encoder.broadcast.ended', { ...about, reason, durationMs });
  }

  /** Left open for another worker to continue. */
  leftOpen({ lostSegments, fault }: RecordingOutcome): void {
    const { about, emit } = this.#reporter;
    this.#reporter.move('publisher-lost');
    if (fault) emit('encoder.handover.incomplete', { ...about, lostSegments, ...fault });
  }

  leaseUnreleased(epoch: number, cause: unknown): void {
    this.#reporter.leaseUnreleased(epoch, cause);
  }

  leaseLost(epoch: number): void {
    this.#isLost = true;
    this.#reporter.emit('encoder.lease.lost', { ...this.#reporter.about, epoch });
    this.#reporter.journal.silence();
    this.health.silence();
  }

  async settled(withinMs: number): Promise<void> {
    await Promise.all([this.#reporter.settled(withinMs), this.health.settled(withinMs)]);
  }

  #recordingMade({ durationMs, lostSegments, fault }: RecordingOutcome, detail: string | undefined): void {
    const { about, emit, journal } = this.#reporter;
    const made = { durationMs, renditions: this.#renditionList() };
    if (detail === undefined) {
      if (durationMs > 0) journal.append('recording.ready', made);
      return;
    }
    const lostMs = lostSegments * segmentMs;
    journal.append('recording.incomplete', { ...made, lostMs, closed: !fault, detail });
    emit('encoder.recording.incomplete', { ...about, detail, lostSegments, ...fault });
  }

  #noteCaughtUp(): void {
    const { about, clock, emit, journal, record } = this.#reporter;
    journal.update({ caughtUpEpoch: record.epoch });
    const tookMs = Math.round(clock.nowMs() - this.#createdAtMs);
    emit('encoder.broadcast.caught-up', { ...about, epoch: record.epoch, tookMs });
  }

  #noteRenditions(current: readonly PublishedRendition[]): void {
    const { record, journal } = this.#reporter;
    const known = record.renditions;
    const isKnown = ({ id, header }: PublishedRendition, at: number): boolean =>
      known[at]?.id === id && known[at].codecs === header.codecs;
    if (known.length === current.length && current.every(isKnown)) return;
    journal.update({ ...this.publisher.input, renditions: renditionFacts(current) });
  }

  #renditionList(): string {
    return listRenditions(this.#reporter.record.renditions.map(({ id }) => id));
  }
}

interface PublishedRendition {
  readonly id: string;
  readonly header: TrackHeader;
}

function firstRecord(lease: LeaseRecord, startedAtMs: number, last?: BroadcastRecord): BroadcastRecord {
  const { streamId, broadcastId: id, workerId, epoch } = lease;
  if (last) return { ...last, state: 'reconnecting', workerId, epoch };
  return { id, streamId, state: 'starting', startedAtMs, workerId, epoch, renditions: [] };
}
