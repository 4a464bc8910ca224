import { usualStartMs } from '../../control-store/managed/channel-states.ts';
import type { BroadcastRecord, EndReason, LeaseRecord } from '../../control-store/records.ts';
import { listRenditions } from '../../control-store/stream-events.ts';
import type { Ladder } from '../../packaging/ladder-fit.ts';
import type { FinalReport } from '../lease/release-lease.ts';
import { HealthReport } from '../report/health-report.ts';
import { PublisherReport } from '../report/publisher-report.ts';
import { Reporter, type ReporterOptions } from '../report/reporter.ts';

/** What a broadcast on a managed channel reports: in its record, in the stream's journal, in the log. */
export class ManagedReport implements FinalReport {
  readonly publisher: PublisherReport;
  readonly health: HealthReport;
  readonly #reporter: Reporter;
  readonly #createdAtMs: number;
  #liveAtMs?: number;

  /** `last`: the record left by another worker. `bitrateBps`: current input bitrate. */
  constructor(
    lease: LeaseRecord,
    options: ReporterOptions,
    bitrateBps: () => number,
    last: BroadcastRecord | undefined,
  ) {
    const { clock } = options;
    const record = firstRecord(lease, clock.wallMs(), last);
    this.#reporter = new Reporter(record, options);
    this.#createdAtMs = clock.nowMs();
    this.publisher = new PublisherReport(this.#reporter, bitrateBps, record.workerId);
    this.health = new HealthReport(this.#reporter, { ...options, lease });
    if (last && last.renditions.length > 0) this.#liveAtMs = this.#createdAtMs;
  }

  /** Viewers can play it, or could before its publisher left. */
  get started(): boolean {
    return this.#liveAtMs !== undefined;
  }

  /** How long this worker has had the broadcast. */
  get ageMs(): number {
    return this.#reporter.clock.nowMs() - this.#createdAtMs;
  }

  /** A channel has been requested. */
  starting(): void {
    this.#reporter.journal.append('managed.channel.starting', { aboutMs: usualStartMs });
  }

  /** Players are sent to the channel, which produces this ladder. Takes effect once. */
  live({ video, audio }: Ladder): void {
    if (this.started) return;
    const { about, clock, emit, journal } = this.#reporter;
    this.#liveAtMs = clock.nowMs();
    const renditions = [
      ...video.map(({ id, width, height, frameRate, bitrateBps: bandwidthBps }) => {
        return { id, codecs: 'avc1', bandwidthBps, width, height, frameRate };
      }),
      { id: audio.id, codecs: 'mp4a.40.2', bandwidthBps: audio.bitrateBps },
    ];
    journal.update({ ...this.publisher.input, renditions });
    this.#reporter.move('confirmed');
    const startupMs = Math.round(this.ageMs);
    emit('encoder.broadcast.live', { ...about, startupMs });
    const { input } = this.publisher.input;
    if (!input) return;
    const { width, height, frameRate, bitrateBps } = input;
    const facts = { workerId: 'MediaLive', startupMs, width, height, frameRate, bitrateBps };
    journal.append('stream.live', { ...facts, renditions: listRenditions(renditions.map(({ id }) => id)) });
  }

  /** A channel can't encode what the broadcaster sends, so the fleet does. */
  unsuited(detail: string): void {
    this.#reporter.journal.append('managed.channel.failed', { detail, fallback: true });
  }

  controlRecovered(downMs: number): void {
    this.#reporter.journal.append('control.recovered', { downMs });
  }

  /** Left open for another worker to continue. */
  leftOpen(): void {
    this.#reporter.move('publisher-lost');
  }

  ended(reason: EndReason): void {
    const { about, clock, emit, journal } = this.#reporter;
    const durationMs = this.#liveAtMs === undefined ? 0 : Math.round(clock.nowMs() - this.#liveAtMs);
    journal.update({ state: 'ended', endedAtMs: clock.wallMs(), endReason: reason });
    journal.append('stream.ended', { reason, durationMs });
    emit('encoder.broadcast.ended', { ...about, reason, durationMs });
  }

  /** This time the channel's document could not be read or written. */
  driveFailed(cause: unknown): void {
    this.#reporter.emit('managed.drive.failed', { streamId: this.#reporter.about.stream, cause });
  }

  leaseLost(epoch: number): void {
    this.#reporter.emit('encoder.lease.lost', { ...this.#reporter.about, epoch });
    this.#reporter.journal.silence();
    this.health.silence();
  }

  leaseUnreleased(epoch: number, cause: unknown): void {
    this.#reporter.leaseUnreleased(epoch, cause);
  }

  async settled(withinMs: number): Promise<void> {
    await Promise.all([this.#reporter.settled(withinMs), this.health.settled(withinMs)]);
  }
}

function firstRecord(lease: LeaseRecord, startedAtMs: number, last?: BroadcastRecord): BroadcastRecord {
  const { streamId, broadcastId: id, workerId, epoch } = lease;
  if (last)
    return { ...last, state: last.renditions.length > 0 ? 'reconnecting' : 'starting', workerId, epoch };
  const encoder = 'medialive';
  return { id, streamId, state: 'starting', startedAtMs, workerId, epoch, encoder, renditions: [] };
}
